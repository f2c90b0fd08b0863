SELECT command_id, type, hash, caller, status, first, count, position, refusal, result, at, shard
FROM outcomes
WHERE command_id = ANY ($1::uuid[])
