SELECT id, wallet_id, asset, below::text, above::text, fired, last_fired_at, version, created_at, owner
  FROM {wallets}.alert
 WHERE id < @after
 ORDER BY id DESC
 LIMIT @limit
