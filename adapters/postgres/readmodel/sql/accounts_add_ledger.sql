INSERT INTO {schema}.ledger (name, description, position, created_at) VALUES (@name, @description, @position, @at)
