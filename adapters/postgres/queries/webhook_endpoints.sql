-- Keys are "kind/id", and $2 is "kind/": the rows of a kind lie between it and "kind0", since 0 is the
-- character after the slash. There are few endpoints.
SELECT substr(key, length($2) + 1), data
FROM state
WHERE shard = $1 AND key > $2 || $3 AND key < left($2, -1) || '0'
  AND data ->> 'status' <> 'deleted' AND ($4 = '' OR data ->> 'owner' = $4)
ORDER BY key
LIMIT $5
