DELETE FROM person_key WHERE person = ANY ($1) AND NOT settled AND destroyed_at IS NULL
