DELETE FROM lease WHERE shard = $1 AND holder = $2
