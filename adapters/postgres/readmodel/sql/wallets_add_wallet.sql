INSERT INTO {schema}.wallet (id, owner, name, status, metadata, version, created_at)
VALUES (@id, @owner, @name, @status, @metadata::json, @version, @at)
