-- The oldest transactions of a wallet after a place and before a time, by effective time.
--
-- Nothing that is recorded meanwhile is shown, since it lies above up_to. So whoever reads page by page reads
-- one list, and needs no snapshot nor a connection of his own for it.
--
-- Rows are compared with their key, so that the planner goes along the index from the place. By key = it takes
-- a wallet to have as few entries as most have, and would sort all that are left for each page; so it would by a
-- plain IS NULL, which it takes to be rare in a table that was not analyzed yet.
WITH bounds AS MATERIALIZED (
    SELECT journal_position_up_to(0::smallint, @effective_at::timestamptz, @position::bigint) AS low,
           least(@up_to::bigint, journal_position_before(0::smallint, @until::timestamptz)) AS high
), place AS MATERIALIZED (
    (SELECT DISTINCT x.position
       FROM unnest(@keys::uuid[]) AS k (key)
      CROSS JOIN LATERAL (
            SELECT position
              FROM {entries}.entry
             WHERE CASE WHEN effective_at IS NULL THEN true ELSE false END
               AND (key, position) > (k.key, (SELECT low FROM bounds)) AND (key, position) <= (k.key, (SELECT high FROM bounds))
             ORDER BY key, position
             LIMIT @limit) x
      ORDER BY position
      LIMIT @limit)
    UNION -- an event has an effective time of its own for all of its accounts or for none
    (SELECT x.position
       FROM (SELECT DISTINCT y.position, y.effective_at
               FROM unnest(@keys::uuid[]) AS k (key)
              CROSS JOIN LATERAL (
                    SELECT position, effective_at
                      FROM {entries}.entry
                     WHERE effective_at IS NOT NULL AND position <= @up_to
                       AND (key, effective_at, position) > (k.key, @effective_at::timestamptz, @position::bigint)
                       AND (key, effective_at) < (k.key, @until::timestamptz)
                     ORDER BY key, effective_at, position
                     LIMIT @limit) y
              ORDER BY y.effective_at, y.position
              LIMIT @limit) x)
)
SELECT e.*
  FROM place p
 CROSS JOIN LATERAL (
       SELECT position, coalesce(effective_at, recorded_at) AS at, epoch, number, type, recorded_at, data, postings, NULL::text[]
         FROM events
        WHERE shard = 0 AND position = p.position
       OFFSET 0) e
 ORDER BY e.at, e.position
 LIMIT @limit
