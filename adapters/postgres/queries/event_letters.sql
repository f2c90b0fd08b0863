-- Events that somebody stands before who cannot take them, as long as that is so, and with $1 those that were passed by. It is
-- seen where it is noted: generations of one projection are one taker, and the one that has tried most speaks. $2 is the one
-- that is asked for, $3 and $4 are the end of the page before.
WITH standing AS (
    SELECT DISTINCT ON (g.name, g.stuck_at)
           'projection' AS kind, g.name, g.stuck_at AS position, g.stuck_since AS since, g.stuck_why AS why, g.stuck_tries AS tries, g.retry_at,
           g.requeued_at AS at, g.requeued_by AS actor, g.requeue_reason AS reason, 'requeued' AS resolution
      FROM projection_generation g
     WHERE g.stuck_at = g.position + 1 AND g.retired_at IS NULL AND g.stuck_tries >= $6 AND g.shard = $5
     ORDER BY g.name, g.stuck_at, g.stuck_tries DESC
), acting AS (
    SELECT 'reactor', reactor, stuck_at, stuck_since, stuck_why, stuck_tries, retry_at, requeued_at, requeued_by, requeue_reason, 'requeued'
      FROM reactor_checkpoint
     WHERE stuck_at > position AND stuck_tries >= $6
), passed AS (
    SELECT 'projection', name, position, coalesce(stuck_since, at), error, 0, NULL::timestamptz, at, actor, reason, 'discarded' FROM projection_skip
    UNION ALL
    SELECT 'reactor', reactor, position, coalesce(stuck_since, at), error, 0, NULL, at, actor, reason, 'discarded' FROM reactor_skip
)
SELECT l.kind, l.name, l.since, l.why, l.tries, l.retry_at, l.at, l.actor, l.reason, CASE WHEN l.at IS NOT NULL THEN l.resolution END,
       e.position, e.epoch, e.recorded_at, e.type, octet_length(e.data::text), CASE WHEN $2 <> '' THEN e.data END
  FROM (SELECT * FROM standing UNION ALL SELECT * FROM acting UNION ALL SELECT * FROM passed WHERE $1) AS l
  JOIN events e ON e.shard = $5 AND e.position = l.position
 WHERE ($2 = '' OR format('%s.%s.%s', l.kind, l.name, l.position) = $2)
   AND ($3::timestamptz IS NULL OR (l.since, format('%s.%s.%s', l.kind, l.name, l.position) COLLATE "C") < ($3, $4 COLLATE "C"))
 ORDER BY l.since DESC, format('%s.%s.%s', l.kind, l.name, l.position) COLLATE "C" DESC
 LIMIT $7
