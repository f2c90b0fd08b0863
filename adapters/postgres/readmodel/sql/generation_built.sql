SELECT g.generation, g.position, g.skips, g.paused,
       coalesce((SELECT array_agg(s.position) FROM projection_skip s WHERE s.name = g.name AND s.position > g.position), '{}')
  FROM projection_generation g
 WHERE g.name = @name AND g.generation = @generation AND g.retired_at IS NULL
