-- Of each the newest version: those before it are left behind when nobody runs them any more.
WITH live AS (
    SELECT DISTINCT ON (name) name, generation FROM projection_live ORDER BY name, version DESC
)
SELECT n.looked, p.detail
  FROM (SELECT count(*) AS looked FROM live) n
  LEFT JOIN (SELECT format('%s stands at %s, and event %s was recorded at %s', name, g.position, e.position, e.recorded_at) AS detail
               FROM live
               JOIN projection_generation g USING (name, generation)
               JOIN events e ON e.shard = 0 AND e.position = g.position + 1
              WHERE e.recorded_at < @before ORDER BY name LIMIT @limit) p ON true
