-- Of the four accounts that a wallet is made of: of a list whose length is known, one plan is good for all, and none
-- is made for each call.
SELECT b.address, b.asset, b.version, b.debits::text, b.credits::text
  FROM {accounts}.balance b
 WHERE b.ledger = @ledger
   AND b.address IN (@first, @second, @third, @fourth)
   AND (@asset = '' OR b.asset = @asset)
 ORDER BY b.address, b.asset
