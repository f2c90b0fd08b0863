-- The epoch jumps, so that no id of a lost event can come back for another one: ids carry it.
UPDATE shard_head
SET timeline = timeline + 1, epoch = epoch + 1000
WHERE shard = $1
RETURNING timeline, position
