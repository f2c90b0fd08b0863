SELECT ledger, address, asset, version, debits::text, credits::text FROM {schema}.balance
