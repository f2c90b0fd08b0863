-- Versions that nobody has read for a while go when another one is read: from the list of what is live, with what is
-- being built of them.
WITH read AS (
    SELECT DISTINCT name, version FROM projection_reader WHERE seen_at > clock_timestamp() - @unread::interval
), gone AS (
    DELETE FROM projection_live l
     WHERE NOT EXISTS (SELECT FROM read r WHERE r.name = l.name AND r.version = l.version)
       AND EXISTS (SELECT FROM read r JOIN projection_live o USING (name, version) WHERE r.name = l.name)
    RETURNING name, generation
), given_up AS (
    UPDATE projection_rebuild b
       SET stage = 'abandoned', finished_at = clock_timestamp(), error = 'nobody runs this version any more'
     WHERE finished_at IS NULL
       AND asked_at < clock_timestamp() - @unread::interval
       AND NOT EXISTS (SELECT FROM read r WHERE r.name = b.name AND r.version = b.version)
       AND EXISTS (SELECT FROM read r WHERE r.name = b.name)
    RETURNING name, generation
)
UPDATE projection_generation g
   SET retired_at = clock_timestamp()
  FROM (SELECT * FROM gone UNION ALL SELECT * FROM given_up) AS x
 WHERE g.name = x.name AND g.generation = x.generation AND g.retired_at IS NULL
