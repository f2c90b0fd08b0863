SELECT endpoint_id, event_id, event_type, event_at, status, attempts, tries, last_code, last_failure, last_took_ms,
    last_at, next_at, give_up_at, created_at
  FROM webhook_deliveries
 WHERE endpoint_id = $1 AND event_id < $2
 ORDER BY event_id DESC
 LIMIT $3
