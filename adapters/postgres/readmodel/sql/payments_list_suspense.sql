SELECT position, version, amount::text, messages
  FROM {payments}.suspense
 WHERE (messages > 0 OR amount <> 0)
   AND (@before::bigint = 0 OR position < @before)
 ORDER BY position DESC
 LIMIT @limit
