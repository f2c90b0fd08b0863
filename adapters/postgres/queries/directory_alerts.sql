-- As directory_list.sql: the rows of a kind, here those that hold a list with something in it.
SELECT substr(key, length($2) + 1), data
FROM state
WHERE shard = $1 AND key > $2 || $3 AND key < left($2, -1) || '0' AND json_array_length(data) > 0
ORDER BY key
LIMIT $4
