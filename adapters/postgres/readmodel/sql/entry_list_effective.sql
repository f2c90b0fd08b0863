-- The newest transactions of accounts up to a place, by effective time; and of each account and asset
-- the balance in that order, after the first of them.
--
-- A row without an effective time of its own lies where it was recorded. So, in each order, what
-- lies up to (time, position) is what was recorded up to one position, and of the rows that are
-- dated otherwise those up to there. The balance is the journal's at that position, less the dated
-- rows that it has and the order does not, and more those that it has not and the order does.
WITH keys AS MATERIALIZED (
    SELECT * FROM unnest(@keys::uuid[], @addresses::text[], @assets::text[]) WITH ORDINALITY AS k (key, address, asset, n)
), bounds AS MATERIALIZED (
    -- Found here and not before: whatever is recorded while this runs is in all of it or in none.
    SELECT CASE WHEN @from::timestamptz IS NULL THEN 0 ELSE journal_position_before(0::smallint, @from) END AS low,
           least(@up_to::bigint,
                 CASE WHEN @position::bigint < 9223372036854775807
                      THEN journal_position_up_to(0::smallint, @effective_at::timestamptz, @position::bigint) END) AS high
), place AS MATERIALIZED (
    SELECT DISTINCT x.position
      FROM keys k
     CROSS JOIN LATERAL (
           (SELECT position
              FROM {entries}.entry
             WHERE key = k.key AND effective_at IS NULL
               AND position > (SELECT low FROM bounds) AND position <= (SELECT high FROM bounds)
             ORDER BY position DESC
             LIMIT @limit)
           UNION ALL
           (SELECT position
              FROM {entries}.entry
             WHERE key = k.key AND effective_at IS NOT NULL AND position <= @up_to
               AND (effective_at, position) <= (@effective_at::timestamptz, @position::bigint)
               AND effective_at >= coalesce(@from::timestamptz, '-infinity')
             ORDER BY effective_at DESC, position DESC
             LIMIT @limit)) x
), page AS MATERIALIZED (
    SELECT e.*
      FROM place p
     CROSS JOIN LATERAL (
           SELECT position, coalesce(effective_at, recorded_at) AS at, epoch, number, type, recorded_at, data, postings
             FROM events
            WHERE shard = 0 AND position = p.position
           OFFSET 0) e
     ORDER BY at DESC, position DESC
     LIMIT @limit
), top AS MATERIALIZED (
    SELECT at, position, least(@up_to::bigint, journal_position_up_to(0::smallint, at, position)) AS recorded
      FROM page ORDER BY at DESC, position DESC LIMIT 1
), balances AS MATERIALIZED (
    SELECT array_agg((
           coalesce((SELECT (p ->> 4)::numeric
                       FROM (SELECT position FROM {entries}.entry WHERE key = k.key AND position <= top.recorded ORDER BY position DESC LIMIT 1) x
                      CROSS JOIN LATERAL (SELECT postings FROM events WHERE shard = 0 AND position = x.position OFFSET 0) e
                      CROSS JOIN json_array_elements(e.postings) p
                      WHERE p ->> 0 = k.address AND p ->> 3 = k.asset
                      LIMIT 1), 0)
           - coalesce((SELECT sum(amount) FROM {entries}.entry
                        WHERE key = k.key AND effective_at IS NOT NULL
                          AND (effective_at, position) > (top.at, top.position) AND position <= top.recorded), 0)
           + coalesce((SELECT sum(amount) FROM {entries}.entry
                        WHERE key = k.key AND effective_at IS NOT NULL
                          AND (effective_at, position) <= (top.at, top.position)
                          AND position > top.recorded AND position <= @up_to), 0))::text ORDER BY k.n) AS after
      FROM top CROSS JOIN keys k
)
SELECT page.*, (SELECT after FROM balances) FROM page ORDER BY at DESC, position DESC
