-- Of one account: with = instead of ANY, one plan is good for all, and none is made for each call.
SELECT b.address, b.asset, b.version, b.debits::text, b.credits::text
  FROM {accounts}.balance b
 WHERE b.ledger = @ledger
   AND b.address = @address
   AND (@asset = '' OR b.asset = @asset)
 ORDER BY b.asset
