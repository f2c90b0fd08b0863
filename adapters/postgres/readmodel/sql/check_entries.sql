SELECT key, count(*), sum(amount)::text FROM {schema}.entry GROUP BY key
