-- Only by who has it in hand: another attempt has another number.
UPDATE webhook_deliveries
   SET status = $4, last_code = $5, last_failure = $6, last_took_ms = $7, next_at = $8
 WHERE endpoint_id = $1 AND event_id = $2 AND status = 'pending' AND attempts = $3
