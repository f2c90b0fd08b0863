DELETE FROM {schema}.person_role WHERE id = @id
