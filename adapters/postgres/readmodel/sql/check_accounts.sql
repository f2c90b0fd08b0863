SELECT ledger, address, first_position, created_at, version, frozen, min_balance::text, metadata::text FROM {schema}.account
