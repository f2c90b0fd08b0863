SELECT b.address, b.asset, b.version, b.debits::text, b.credits::text
  FROM {accounts}.balance b
 WHERE b.ledger = @ledger
   AND b.address = ANY (@addresses)
   AND (@asset = '' OR b.asset = @asset)
 ORDER BY b.address, b.asset
