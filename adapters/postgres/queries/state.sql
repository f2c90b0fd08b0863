SELECT key, version, data
FROM state
WHERE shard = $1 AND key = ANY ($2::text[])
