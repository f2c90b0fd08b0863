SELECT a.address, a.first_position, a.created_at, a.version, a.frozen, a.min_balance, a.metadata
  FROM {accounts}.balance b
  JOIN {accounts}.account a USING (ledger, address)
 WHERE b.ledger = @ledger
   AND b.asset = @asset
   AND b.address > @after
   AND b.address >= @low AND b.address < @high
 ORDER BY b.address
 LIMIT @limit
