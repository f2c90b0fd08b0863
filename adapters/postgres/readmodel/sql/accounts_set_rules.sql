INSERT INTO {schema}.account (ledger, address, first_position, created_at, version, frozen, min_balance, metadata)
VALUES (@ledger, @address, @position, @at, @version, @frozen, @min_balance::json, @metadata::json)
ON CONFLICT (ledger, address) DO UPDATE
   SET version     = excluded.version,
       frozen      = excluded.frozen,
       min_balance = excluded.min_balance,
       metadata    = excluded.metadata
