-- The newest entries before a place, by effective time, with the balance in that order: the sum up
-- to the first row of the page, less what stands above each row.
WITH page AS (
    SELECT k.asset, x.*
      FROM unnest(@keys::uuid[], @assets::text[]) AS k (key, asset)
     CROSS JOIN LATERAL (
           SELECT key, position, line, effective_at, amount
             FROM {entries}.entry
            WHERE key = k.key
              AND (effective_at, position, line) < (@effective_at, @position, @line)
              AND effective_at >= @from
            ORDER BY effective_at DESC, position DESC, line DESC
            LIMIT @limit) x
     ORDER BY effective_at DESC, position DESC, line DESC
     LIMIT @limit
), top AS (
    SELECT t.key, (SELECT sum(x.amount) FROM {entries}.entry x
                    WHERE x.key = t.key AND (x.effective_at, x.position, x.line) <= (t.effective_at, t.position, t.line)) AS total
      FROM (SELECT DISTINCT ON (key) * FROM page ORDER BY key, effective_at DESC, position DESC, line DESC) t
)
SELECT p.asset, p.position, p.line, p.effective_at, e.epoch, e.number, e.type, e.recorded_at, e.data, e.postings,
       (top.total - coalesce(sum(p.amount) OVER (PARTITION BY p.key ORDER BY p.effective_at DESC, p.position DESC, p.line DESC
                                                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))::text
  FROM page p
  JOIN top USING (key)
  JOIN events e ON e.shard = 0 AND e.position = p.position
 ORDER BY p.effective_at DESC, p.position DESC, p.line DESC
