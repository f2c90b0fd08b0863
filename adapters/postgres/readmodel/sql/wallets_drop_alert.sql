DELETE FROM {schema}.alert WHERE id = @id
