SELECT a.address, a.first_position, a.created_at, a.version, a.frozen, a.min_balance, a.metadata
  FROM {accounts}.account a
 WHERE a.ledger = @ledger
   AND a.address > @after
   AND a.address >= @low AND a.address < @high
 ORDER BY a.address
 LIMIT @limit
