SELECT person FROM person_key
WHERE NOT settled AND destroyed_at IS NULL AND created_at < clock_timestamp() - $1::interval
ORDER BY created_at, person
LIMIT $2
