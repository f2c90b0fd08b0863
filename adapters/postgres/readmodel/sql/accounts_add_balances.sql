INSERT INTO {schema}.balance AS b (ledger, address, asset, version, debits, credits)
SELECT ledger, address, asset, touched, debits, credits
  FROM unnest(@ledgers::text[], @addresses::text[], @assets::text[], @touched::bigint[], @debits::text[]::numeric[], @credits::text[]::numeric[])
    AS n (ledger, address, asset, touched, debits, credits)
ON CONFLICT (ledger, address, asset) DO UPDATE
   SET version = b.version + excluded.version,
       debits  = b.debits + excluded.debits,
       credits = b.credits + excluded.credits
