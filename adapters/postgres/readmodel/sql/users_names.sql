SELECT id, name FROM {users}.person WHERE id = ANY(@ids) AND name IS NOT NULL
