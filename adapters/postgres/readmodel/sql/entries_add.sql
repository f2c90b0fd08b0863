INSERT INTO {schema}.entry (key, position, effective_at, line, amount)
SELECT key, position, at, line, amount
  FROM unnest(@keys::uuid[], @positions::bigint[], @times::timestamptz[], @lines::smallint[], @amounts::text[]::numeric[])
    AS n (key, position, at, line, amount)
