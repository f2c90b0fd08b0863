INSERT INTO {schema}.wallet (id, owner, name, status, metadata, time_zone, version, created_at)
VALUES (@id, @owner, @name, @status, @metadata::json, @time_zone, @version, @at)
