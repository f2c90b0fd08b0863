SELECT min(g.position)
  FROM projection_live l
  JOIN projection_generation g USING (name, generation)
 WHERE l.name = ANY (@names)
