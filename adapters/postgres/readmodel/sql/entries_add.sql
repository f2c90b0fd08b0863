INSERT INTO {schema}.entry (position, effective_at, key, amount)
SELECT position, at, key, amount::numeric
  FROM unnest(@positions::bigint[], @times::timestamptz[], @keys::uuid[], @amounts::text[]) AS n (position, at, key, amount)
