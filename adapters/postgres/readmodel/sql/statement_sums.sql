-- What the transactions of a period, by effective time, come to in each asset: how many there are, what came
-- to the wallet as a whole and what left it, and what each part changed by. As jsonb the postings are parsed
-- once and not for each of their fields.
WITH keys AS MATERIALIZED (
    SELECT * FROM unnest(@keys::uuid[], @addresses::text[], @assets::text[], @parts::text[]) AS k (key, address, asset, part)
), bounds AS MATERIALIZED (
    SELECT journal_position_before(0::smallint, @from::timestamptz) AS low,
           least(@up_to::bigint, journal_position_before(0::smallint, @until::timestamptz)) AS high
), place AS MATERIALIZED (
    SELECT DISTINCT x.position
      FROM keys k
     CROSS JOIN LATERAL (
           SELECT position
             FROM {entries}.entry
            WHERE key = k.key AND effective_at IS NULL
              AND position > (SELECT low FROM bounds) AND position <= (SELECT high FROM bounds)
           UNION ALL
           SELECT position
             FROM {entries}.entry
            WHERE key = k.key AND effective_at IS NOT NULL
              AND effective_at >= @from::timestamptz AND effective_at < @until::timestamptz AND position <= @up_to) x
), moved AS (
    SELECT p.position, k.asset, k.part, CASE line ->> 1 WHEN 'c' THEN (line ->> 2)::numeric ELSE -(line ->> 2)::numeric END AS amount
      FROM place p
     CROSS JOIN LATERAL (SELECT postings::jsonb AS postings FROM events WHERE shard = 0 AND position = p.position OFFSET 0) e
     CROSS JOIN LATERAL jsonb_array_elements(e.postings) line
      JOIN keys k ON k.address = line ->> 0 AND k.asset = line ->> 3
), lines AS (
    SELECT asset, sum(amount) AS total,
           sum(amount) FILTER (WHERE part = 'available') AS available, sum(amount) FILTER (WHERE part = 'held') AS held,
           sum(amount) FILTER (WHERE part = 'pending') AS pending, sum(amount) FILTER (WHERE part = 'disputed') AS disputed
      FROM moved
     GROUP BY position, asset
)
SELECT asset, count(*), sum(greatest(total, 0))::text, sum(least(total, 0))::text,
       coalesce(sum(available), 0)::text, coalesce(sum(held), 0)::text, coalesce(sum(pending), 0)::text, coalesce(sum(disputed), 0)::text
  FROM lines
 GROUP BY asset
