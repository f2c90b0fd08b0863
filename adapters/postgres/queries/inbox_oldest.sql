SELECT command_id, body
FROM inbox
WHERE shard = $1
ORDER BY seq
LIMIT $2
