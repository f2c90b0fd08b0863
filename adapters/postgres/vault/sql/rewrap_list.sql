SELECT person, master, wrapped FROM person_key
WHERE destroyed_at IS NULL AND master <> $1 AND person > $2
ORDER BY person
LIMIT $3
