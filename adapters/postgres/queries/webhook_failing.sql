-- What was before the endpoint was enabled, at $3, does not count.
INSERT INTO webhook_endpoint_health AS h (endpoint_id, failing_since) VALUES ($1, $2)
ON CONFLICT (endpoint_id) DO UPDATE
   SET failing_since = CASE WHEN h.failing_since >= $3 THEN h.failing_since ELSE excluded.failing_since END
RETURNING failing_since
