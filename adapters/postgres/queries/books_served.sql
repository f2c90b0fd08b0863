SELECT coalesce((SELECT least(until, $2::timestamptz) FROM lease WHERE shard = $1), (SELECT recorded_at FROM shard_head WHERE shard = $1))
