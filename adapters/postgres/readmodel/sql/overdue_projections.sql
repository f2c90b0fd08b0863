SELECT n.looked, p.detail
  FROM (SELECT count(*) AS looked FROM projection_live) n
  LEFT JOIN (SELECT format('%s stands at %s, and event %s was recorded at %s', name, g.position, e.position, e.recorded_at) AS detail
               FROM projection_live
               JOIN projection_generation g USING (name, generation)
               JOIN events e ON e.shard = 0 AND e.position = g.position + 1
              WHERE e.recorded_at < @before ORDER BY name LIMIT @limit) p ON true
