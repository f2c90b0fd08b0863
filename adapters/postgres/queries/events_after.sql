-- Positions have no gaps, so a range of them is a page, and only its partitions are opened.
SELECT shard, position, epoch, ledger, number, stream, type, schema, data, postings, actor, command_id,
    correlation, trace, effective_at, recorded_at, nonce, prev_hash, leaf_hash
FROM events
WHERE shard = $1 AND position > $2 AND position <= $2::bigint + $3::bigint
ORDER BY position
