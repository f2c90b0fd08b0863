-- Those that are open for too long, and where outcomes and letters do not agree.
SELECT n.looked, d.command_id, d.detail
  FROM (SELECT count(*) AS looked FROM dead_letters WHERE shard = $1) n
  LEFT JOIN (
    (SELECT command_id, format('is open since %s', at) AS detail
       FROM dead_letters WHERE shard = $1 AND resolved_at IS NULL AND at < $2 ORDER BY at LIMIT $3)
    UNION ALL
    (SELECT o.command_id, 'ended as a dead letter, and there is none'
       FROM outcomes o
      WHERE o.shard = $1 AND o.status = 'x' AND NOT EXISTS (SELECT FROM dead_letters l WHERE l.command_id = o.command_id) LIMIT $3)
    UNION ALL
    (SELECT l.command_id, 'is a dead letter, and its outcome says otherwise'
       FROM dead_letters l
      WHERE l.shard = $1 AND NOT EXISTS (SELECT FROM outcomes o WHERE o.command_id = l.command_id AND o.status = 'x') LIMIT $3)
  ) d ON true
