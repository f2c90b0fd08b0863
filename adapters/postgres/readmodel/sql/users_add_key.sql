INSERT INTO {schema}.api_key (id, name, roles, expires_at, created_at) VALUES (@id, @name, @roles, @expires_at, @at)
