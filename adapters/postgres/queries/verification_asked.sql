SELECT coalesce((SELECT max(asked_at) FROM verifications WHERE asked_by = $1), (SELECT recorded_at FROM events WHERE shard = 0 AND position = 1))
