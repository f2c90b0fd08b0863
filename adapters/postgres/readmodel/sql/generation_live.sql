SELECT g.generation, g.position, g.skips, g.paused,
       coalesce((SELECT array_agg(s.position) FROM projection_skip s WHERE s.name = g.name AND s.position > g.position), '{}')
  FROM projection_live l
  JOIN projection_generation g USING (name, generation)
 WHERE l.name = @name AND l.version = @version
