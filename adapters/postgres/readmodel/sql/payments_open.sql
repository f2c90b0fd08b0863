SELECT position, version
  FROM {payments}.payment
 WHERE status IN ('created', 'requires_action', 'processing', 'failed')
   AND provider_ref IS NOT NULL
   AND position > greatest(@after::bigint, (SELECT journal_position_before(0::smallint, @from)))
   AND position <= (SELECT journal_position_before(0::smallint, @until))
 ORDER BY position
 LIMIT @limit
