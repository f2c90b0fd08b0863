UPDATE {schema}.person SET roles = @roles, version = @version WHERE id = @id
