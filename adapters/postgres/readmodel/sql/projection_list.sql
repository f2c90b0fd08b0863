SELECT v.name, v.version, coalesce(g.generation, 0), coalesce(g.position, 0), h.position,
       coalesce(extract(epoch FROM clock_timestamp() - (SELECT e.recorded_at FROM events e WHERE e.shard = 0 AND e.position = g.position + 1)), 0)::float8,
       CASE WHEN g.stuck_at = g.position + 1 THEN g.stuck_at ELSE 0 END, coalesce(g.stuck_why, ''),
       p.at, coalesce(p.reason, ''), coalesce(p.actor, ''),
       r.asked_at, r.updated_at, r.finished_at, coalesce(r.generation, 0), coalesce(r.compare, false), coalesce(r.stage, ''),
       coalesce(r.position, 0), coalesce(r.total, 0), coalesce(r.rate, 0), coalesce(r.error, ''), coalesce(r.actor, ''), r.comparison,
       r.updated_at > clock_timestamp() - interval '10 seconds'
  FROM unnest(@names::text[], @versions::int[]) WITH ORDINALITY AS v (name, version, n)
 CROSS JOIN shard_head h
  LEFT JOIN projection_live l USING (name, version)
  LEFT JOIN projection_generation g USING (name, generation)
  LEFT JOIN projection_pause p USING (name)
  LEFT JOIN LATERAL (SELECT * FROM projection_rebuild r WHERE r.name = v.name AND r.version = v.version ORDER BY id DESC LIMIT 1) r ON true
 WHERE h.shard = 0
   AND (@name = '' OR v.name = @name)
 ORDER BY v.n
