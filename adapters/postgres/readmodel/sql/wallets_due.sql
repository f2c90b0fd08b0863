SELECT DISTINCT ON (wallet_id) id, wallet_id, expires_at
  FROM {wallets}.hold
 WHERE status = 'open'
   AND expires_at <= now()
   AND wallet_id > @after
 ORDER BY wallet_id, expires_at, id
 LIMIT @limit
