-- What stood in accounts up to a place: by the order in which things were recorded where there is no
-- effective_at, else by effective time. NULL where nothing was ever posted. How, is in entry_list_effective.
WITH top AS MATERIALIZED (
    SELECT CASE WHEN @effective_at::timestamptz IS NULL THEN least(@up_to::bigint, @position::bigint)
                ELSE least(@up_to::bigint, journal_position_up_to(0::smallint, @effective_at, @position::bigint)) END AS recorded
)
SELECT (coalesce((SELECT (p ->> 4)::numeric
                    FROM (SELECT position FROM {entries}.entry WHERE key = k.key AND position <= top.recorded ORDER BY position DESC LIMIT 1) x
                   CROSS JOIN LATERAL (SELECT postings FROM events WHERE shard = 0 AND position = x.position OFFSET 0) e
                   CROSS JOIN json_array_elements(e.postings) p
                   WHERE p ->> 0 = k.address AND p ->> 3 = k.asset
                   LIMIT 1), 0)
        - coalesce((SELECT sum(amount) FROM {entries}.entry
                     WHERE key = k.key AND effective_at IS NOT NULL
                       AND (effective_at, position) > (@effective_at::timestamptz, @position::bigint) AND position <= top.recorded), 0)
        + coalesce((SELECT sum(amount) FROM {entries}.entry
                     WHERE key = k.key AND effective_at IS NOT NULL
                       AND (effective_at, position) <= (@effective_at::timestamptz, @position::bigint)
                       AND position > top.recorded AND position <= @up_to), 0))::text
  FROM unnest(@keys::uuid[], @addresses::text[], @assets::text[]) WITH ORDINALITY AS k (key, address, asset, n)
 CROSS JOIN top
 ORDER BY k.n
