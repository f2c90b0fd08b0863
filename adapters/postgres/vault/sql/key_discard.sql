-- A tombstone stays.
DELETE FROM person_key WHERE person = $1 AND destroyed_at IS NULL
