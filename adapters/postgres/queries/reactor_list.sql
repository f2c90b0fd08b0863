-- Each reactor of $1, or the one named $2. Who runs it holds a lock by its name; what the holder is called is seen by the role
-- that it is connected as. An event that it stands before is past as soon as its position is, and none that is not there.
SELECT v.name, coalesce(c.position, 0), h.position,
       coalesce(extract(epoch FROM clock_timestamp() - (SELECT e.recorded_at FROM events e WHERE e.shard = h.shard AND e.position = c.position + 1)), 0)::float8,
       l.pid IS NOT NULL, coalesce(split_part(a.application_name, '@', 2), ''),
       CASE WHEN c.stuck_at > c.position AND c.stuck_at <= h.position THEN c.stuck_at ELSE 0 END,
       coalesce(c.stuck_why, ''), coalesce(c.stuck_since, now()), c.stuck_tries, coalesce(c.retry_at, now())
  FROM unnest($1::text[]) WITH ORDINALITY AS v (name, n)
 CROSS JOIN shard_head h
  LEFT JOIN reactor_checkpoint c ON c.reactor = v.name
  LEFT JOIN pg_locks l ON l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
        AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('florin reactor ' || v.name, 0)
  LEFT JOIN pg_stat_activity a ON a.pid = l.pid
 WHERE h.shard = $3 AND ($2 = '' OR v.name = $2)
 ORDER BY v.n
