SELECT position, version
  FROM {payments}.refund
 WHERE status = 'sent'
   AND position > greatest(@after::bigint, (SELECT journal_position_before(0::smallint, @from)))
   AND position <= (SELECT journal_position_before(0::smallint, @until))
 ORDER BY position
 LIMIT @limit
