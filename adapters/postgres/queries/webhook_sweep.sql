DELETE FROM webhook_deliveries AS d
 USING (
    SELECT endpoint_id, event_id FROM webhook_deliveries
     WHERE status = $1 AND event_at < $2 AND status <> 'pending'
     ORDER BY event_at
     LIMIT $3
       FOR UPDATE SKIP LOCKED
 ) AS old
 WHERE d.endpoint_id = old.endpoint_id AND d.event_id = old.event_id
