-- A reactor notes what it passes once a second while there is something to pass. So it is behind if the event after its
-- place was recorded well before another one that was there long ago.
SELECT n.looked, NULL::uuid, r.detail
  FROM (SELECT count(*) AS looked FROM reactor_checkpoint) n
  LEFT JOIN (
    SELECT format('%s stands at %s, and event %s was recorded at %s', c.reactor, c.position, e.position, e.recorded_at) AS detail
      FROM reactor_checkpoint c
      JOIN events e ON e.shard = $1 AND e.position = c.position + 1
      JOIN events p ON p.shard = $1 AND p.position = journal_position_before($1, $2)
     WHERE e.recorded_at < p.recorded_at - interval '10 seconds'
     ORDER BY c.reactor LIMIT $3
  ) r ON true
