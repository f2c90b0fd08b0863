SELECT person, destroyed_at FROM person_key
WHERE destroyed_at IS NOT NULL AND (destroyed_at, person) > ($1, $2)
ORDER BY destroyed_at, person
LIMIT $3
