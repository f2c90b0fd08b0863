CREATE INDEX balance_asset ON {schema}.balance (ledger, asset, address);
