-- What says something of a provider's statement, from the first event on that was recorded at a time: what moved an account,
-- and events of certain types whatever they moved.
SELECT shard, position, epoch, ledger, number, stream, type, schema, data, postings, actor, command_id,
    correlation, trace, effective_at, recorded_at, nonce, prev_hash, leaf_hash
FROM events
WHERE shard = $1 AND position > journal_position_before($1, $2)
  AND (type = ANY ($3) OR strpos(postings::text, $4) > 0)
ORDER BY position
