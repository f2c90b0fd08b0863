-- The epoch jumps, so that no id of a lost event can come back for another one: ids carry it. Reactors
-- that had come further than the journal now goes begin at its end.
WITH reactors AS (
    UPDATE reactor_checkpoint
    SET position = least(position, (SELECT position FROM shard_head WHERE shard = $1)), stuck_at = NULL
    WHERE greatest(position, stuck_at) > (SELECT position FROM shard_head WHERE shard = $1)
)
UPDATE shard_head
SET timeline = timeline + 1, epoch = epoch + 1000
WHERE shard = $1
RETURNING timeline, position
