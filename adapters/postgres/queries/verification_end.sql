-- The last hundred are kept.
WITH old AS (
    DELETE FROM verifications WHERE id <= $1 - 100 AND ended_at IS NOT NULL
)
UPDATE verifications SET ended_at = clock_timestamp(), position = greatest(position, $2), report = $3, failure = $4
WHERE id = $1
