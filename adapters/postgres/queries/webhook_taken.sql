UPDATE webhook_endpoint_health SET failing_since = NULL WHERE endpoint_id = $1 AND failing_since IS NOT NULL
