-- One that is pending is sent at once; one that somebody has in hand may then be sent twice.
UPDATE webhook_deliveries
   SET status = 'pending', tries = 0, next_at = $3, give_up_at = $4
 WHERE endpoint_id = $1 AND event_id = $2
