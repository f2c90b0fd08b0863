-- Those that this program reads: of other versions, whoever runs them looks after them.
SELECT n.looked, p.detail
  FROM (SELECT count(*) AS looked FROM unnest(@names::text[]) AS own (name)) n
  LEFT JOIN (SELECT format('%s stands at %s, and event %s was recorded at %s', name, g.position, e.position, e.recorded_at) AS detail
               FROM projection_live l
               JOIN unnest(@names::text[], @versions::int[]) AS own (name, version) USING (name, version)
               JOIN projection_generation g USING (name, generation)
               JOIN events e ON e.shard = 0 AND e.position = g.position + 1
              WHERE e.recorded_at < @before ORDER BY name LIMIT @limit) p ON true
