SELECT position, key, effective_at, amount::text FROM {schema}.entry ORDER BY position, key
