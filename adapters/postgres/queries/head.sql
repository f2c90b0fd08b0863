SELECT shard, timeline, epoch, position, chain, recorded_at, mark_born, mark_seq
FROM shard_head
WHERE shard = $1
