SELECT id, wallet_id, asset, below::text, above::text, fired, last_fired_at, version, created_at, owner
  FROM {wallets}.alert
 WHERE wallet_id = @wallet_id
   AND id < @after
 ORDER BY id DESC
 LIMIT @limit
