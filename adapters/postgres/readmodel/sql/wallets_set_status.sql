UPDATE {schema}.wallet SET status = @status, version = @version WHERE id = @id
