-- Destroyed once: the time of the first is the one that is kept.
INSERT INTO person_key (person, destroyed_at) VALUES ($1, clock_timestamp())
ON CONFLICT (person) DO UPDATE
SET master = NULL, wrapped = NULL, destroyed_at = clock_timestamp()
WHERE person_key.destroyed_at IS NULL
