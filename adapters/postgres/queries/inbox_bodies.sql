SELECT command_id, body
FROM inbox
WHERE command_id = ANY ($1::uuid[])
