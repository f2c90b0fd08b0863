-- Only what is as it was read: a key that was destroyed since does not come back.
UPDATE person_key AS k
SET master = $1, wrapped = r.after
FROM unnest($2::text[], $3::bytea[], $4::bytea[]) AS r (person, before, after)
WHERE k.person = r.person AND k.wrapped = r.before
