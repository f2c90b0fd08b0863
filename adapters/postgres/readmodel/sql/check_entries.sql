SELECT key, count(*), sum(position)::text, coalesce(sum(amount), 0)::text FROM {schema}.entry GROUP BY key
