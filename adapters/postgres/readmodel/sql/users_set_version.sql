UPDATE {schema}.person SET version = @version WHERE id = @id
