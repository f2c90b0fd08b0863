UPDATE verifications SET position = $2, total = $3 WHERE id = $1 AND ended_at IS NULL
