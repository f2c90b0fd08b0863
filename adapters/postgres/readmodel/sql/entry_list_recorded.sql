-- The newest transactions of accounts up to a place, by the order in which they were recorded.
WITH bounds AS MATERIALIZED (
    SELECT CASE WHEN @from::timestamptz IS NULL THEN 0 ELSE journal_position_before(0::smallint, @from) END AS low,
           least(@position::bigint, @up_to::bigint,
                 CASE WHEN @until::timestamptz IS NOT NULL THEN journal_position_before(0::smallint, @until) END) AS high
), place AS MATERIALIZED (
    SELECT DISTINCT x.position
      FROM unnest(@keys::uuid[]) AS k (key)
     CROSS JOIN LATERAL (
           SELECT position
             FROM {entries}.entry
            WHERE key = k.key AND position > (SELECT low FROM bounds) AND position <= (SELECT high FROM bounds)
            ORDER BY position DESC
            LIMIT @limit) x
     ORDER BY position DESC
     LIMIT @limit
)
SELECT e.*
  FROM place p
 CROSS JOIN LATERAL (
       SELECT position, coalesce(effective_at, recorded_at), epoch, number, type, recorded_at, data, postings, NULL::text[]
         FROM events
        WHERE shard = 0 AND position = p.position
       OFFSET 0) e
 ORDER BY p.position DESC
