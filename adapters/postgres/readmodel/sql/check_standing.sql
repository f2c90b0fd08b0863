-- Of this version, or of any other if there is none.
SELECT g.generation, g.version, g.position,
       coalesce((SELECT array_agg(s.position) FROM projection_skip s WHERE s.name = g.name), '{}')
  FROM projection_live l
  JOIN projection_generation g USING (name, generation)
 WHERE l.name = $1
 ORDER BY l.version = $2 DESC
 LIMIT 1
