-- Raises the epoch, unless somebody else has taken over since the predecessor was looked up.
UPDATE shard_head
SET epoch = epoch + 1, backend_pid = pg_backend_pid()
WHERE shard = $1 AND backend_pid = $2
RETURNING shard, timeline, epoch, position, chain, recorded_at, mark_born, mark_seq
