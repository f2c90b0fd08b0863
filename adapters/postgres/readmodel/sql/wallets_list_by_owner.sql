SELECT id, owner, name, status, metadata, time_zone, credit, spending, version, created_at
  FROM {wallets}.wallet
 WHERE owner = @owner
   AND id < @after
   AND (@status = '' OR status = @status)
 ORDER BY id DESC
 LIMIT @limit
