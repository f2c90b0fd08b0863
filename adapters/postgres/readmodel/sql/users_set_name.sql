UPDATE {schema}.person SET name = @name, version = @version WHERE id = @id
