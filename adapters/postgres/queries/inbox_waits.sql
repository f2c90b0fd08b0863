SELECT EXISTS (SELECT FROM inbox WHERE command_id = $1)
