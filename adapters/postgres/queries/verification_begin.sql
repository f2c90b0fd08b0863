UPDATE verifications SET began_at = clock_timestamp(), position = 0, total = 0
WHERE ended_at IS NULL
RETURNING id, asked_by, asked_at, began_at, ended_at, position, total, report, failure
