UPDATE webhook_deliveries AS d
   SET status = 'pending', tries = 0, next_at = $4, give_up_at = $5
  FROM (
    SELECT event_id FROM webhook_deliveries
     WHERE endpoint_id = $1 AND status = 'failed' AND event_at >= $2 AND event_at < $3
     ORDER BY event_id
     LIMIT $6
       FOR UPDATE
  ) AS failed
 WHERE d.endpoint_id = $1 AND d.event_id = failed.event_id
