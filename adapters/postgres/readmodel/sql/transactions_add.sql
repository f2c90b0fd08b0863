INSERT INTO {schema}.tx (position, effective_at, ledger, terms)
SELECT position, at, ledger, terms::integer[]
  FROM unnest(@positions::bigint[], @times::timestamptz[], @ledgers::text[], @terms::text[]) AS n (position, at, ledger, terms)
