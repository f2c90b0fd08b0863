SELECT shard, position, epoch, ledger, number, stream, type, schema, data, postings, actor, command_id,
    correlation, trace, effective_at, recorded_at, nonce, prev_hash, leaf_hash
FROM events
WHERE shard = $1 AND position = ANY ($2::bigint[])
