SELECT n.looked, i.command_id, i.detail
  FROM (SELECT count(*) AS looked FROM inbox WHERE shard = $1) n
  LEFT JOIN (SELECT command_id, format('waits since %s', received_at) AS detail
               FROM inbox WHERE shard = $1 AND received_at < $2 ORDER BY seq LIMIT $3) i ON true
