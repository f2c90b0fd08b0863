UPDATE {schema}.person SET pending_email = @email, version = @version WHERE id = @id
