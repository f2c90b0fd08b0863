SELECT EXISTS (SELECT FROM projection_live WHERE name = @name AND version = @version),
       (SELECT position FROM shard_head WHERE shard = 0)
