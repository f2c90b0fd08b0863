SELECT command_id, type, hash, caller, status, first, count, position, refusal, result, at, shard
FROM outcomes
WHERE shard = $1
ORDER BY at, command_id
