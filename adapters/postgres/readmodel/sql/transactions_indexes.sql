ALTER TABLE {schema}.tx ADD PRIMARY KEY (ledger, position);
CREATE INDEX tx_dated ON {schema}.tx (ledger, effective_at, position) WHERE effective_at IS NOT NULL;
CREATE INDEX tx_terms ON {schema}.tx USING gin (terms);
