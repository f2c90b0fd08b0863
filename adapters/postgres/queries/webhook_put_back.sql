-- Nothing was sent.
UPDATE webhook_deliveries
   SET next_at = $4, attempts = attempts - 1, tries = tries - 1
 WHERE endpoint_id = $1 AND event_id = $2 AND status = 'pending' AND attempts = $3
