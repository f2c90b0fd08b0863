INSERT INTO {schema}.account (ledger, address, first_position, created_at, version)
SELECT ledger, address, position, at, 0
  FROM unnest(@ledgers::text[], @addresses::text[], @positions::bigint[], @times::timestamptz[]) AS n (ledger, address, position, at)
ON CONFLICT (ledger, address) DO NOTHING
