SELECT id, next_at
  FROM {memberships}.membership
 WHERE next_at IS NOT NULL
   AND next_at <= now()
   AND (next_at, id) > (@after_time::timestamptz, @after_id::text)
 ORDER BY next_at, id
 LIMIT @limit
