UPDATE person_key SET settled = true WHERE person = ANY ($1) AND NOT settled AND destroyed_at IS NULL
