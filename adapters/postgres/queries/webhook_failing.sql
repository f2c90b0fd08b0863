INSERT INTO webhook_endpoint_health AS h (endpoint_id, failing_since) VALUES ($1, $2)
ON CONFLICT (endpoint_id) DO UPDATE SET failing_since = coalesce(h.failing_since, excluded.failing_since)
RETURNING failing_since
