SELECT r.id, r.name, r.compare, r.stage
  FROM projection_rebuild r
  JOIN unnest(@all::text[], @versions::int[]) AS v (name, version) USING (name, version)
 WHERE r.finished_at IS NULL
   AND r.name = ANY (@names)
   AND NOT EXISTS (SELECT FROM projection_pause p WHERE p.name = r.name)
