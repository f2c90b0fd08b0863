SELECT id, owner, name, status, metadata, time_zone, credit, spending, version, created_at
  FROM {wallets}.wallet
 WHERE status = @status
   AND id < @after
 ORDER BY id DESC
 LIMIT @limit
