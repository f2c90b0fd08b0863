(SELECT id, asked_by, asked_at, began_at, ended_at, position, total, report, failure FROM verifications WHERE ended_at IS NULL LIMIT 1)
UNION ALL
(SELECT id, asked_by, asked_at, began_at, ended_at, position, total, report, failure FROM verifications WHERE ended_at IS NOT NULL ORDER BY id DESC LIMIT 1)
