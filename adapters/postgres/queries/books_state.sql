SELECT key, version, data FROM state WHERE shard = $1 ORDER BY key
