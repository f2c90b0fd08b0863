UPDATE webhook_deliveries
   SET status = 'failed', last_failure = $2, next_at = NULL
 WHERE endpoint_id = $1 AND status = 'pending'
