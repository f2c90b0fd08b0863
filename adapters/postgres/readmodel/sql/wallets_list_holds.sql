SELECT id, wallet_id, asset, amount::text, captured::text, released::text, remaining::text, status, to_wallet, to_account,
       expires_at, description, metadata, version, created_at
  FROM {wallets}.hold
 WHERE id < @after
 ORDER BY id DESC
 LIMIT @limit
