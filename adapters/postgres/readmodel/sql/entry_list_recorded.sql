-- The newest entries before a place, by the order in which they were recorded.
SELECT n.asset, n.position, n.line, n.effective_at, e.epoch, e.number, e.type, e.recorded_at, e.data, e.postings, ''
  FROM (SELECT k.asset, x.*
          FROM unnest(@keys::uuid[], @assets::text[]) AS k (key, asset)
         CROSS JOIN LATERAL (
               SELECT position, line, effective_at
                 FROM {entries}.entry
                WHERE key = k.key
                  AND (position, line) < (@position, @line)
                  AND position > journal_position_before(0::smallint, @from)
                  AND position <= @until_position
                ORDER BY position DESC, line DESC
                LIMIT @limit) x
         ORDER BY position DESC, line DESC
         LIMIT @limit) n
  JOIN events e ON e.shard = 0 AND e.position = n.position
 ORDER BY n.position DESC, n.line DESC
