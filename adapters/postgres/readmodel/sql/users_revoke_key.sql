UPDATE {schema}.api_key SET revoked_at = @at WHERE id = @id
