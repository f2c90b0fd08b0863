SELECT position, ledger, effective_at, terms::text FROM {schema}.tx ORDER BY position, ledger
