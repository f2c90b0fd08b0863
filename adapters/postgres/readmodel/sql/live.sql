SELECT l.name, l.generation, g.position
  FROM unnest($1::text[], $2::int[]) AS v (name, version)
  JOIN projection_live l USING (name, version)
  JOIN projection_generation g USING (name, generation)
