INSERT INTO {schema}.person (id, status, email_token, email, confirmed, name, roles, version, created_at)
VALUES (@id, @status, @email_token, @email, false, @name, @roles, @version, @at)
