SELECT id, next_at
  FROM {wallets}.schedule
 WHERE status = 'active'
   AND next_at <= now()
   AND (next_at, id) > (@after_time::timestamptz, @after_id::text)
 ORDER BY next_at, id
 LIMIT @limit
