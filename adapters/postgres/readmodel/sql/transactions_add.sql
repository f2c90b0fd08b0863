INSERT INTO {schema}.tx (ledger, position, effective_at, terms)
SELECT ledger, position, at, terms::bigint[]
  FROM unnest(@ledgers::text[], @positions::bigint[], @times::timestamptz[], @terms::text[])
    AS n (ledger, position, at, terms)
