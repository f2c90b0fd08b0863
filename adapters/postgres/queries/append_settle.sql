DELETE FROM inbox WHERE command_id = ANY ($1::uuid[])
