SELECT id, provider, event_id FROM provider_events WHERE id > $1 AND received_at < $2 ORDER BY id LIMIT $3
