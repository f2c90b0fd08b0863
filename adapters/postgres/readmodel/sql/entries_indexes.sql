ALTER TABLE {schema}.entry ADD PRIMARY KEY (key, position);
CREATE INDEX entry_dated ON {schema}.entry (key, effective_at, position) INCLUDE (amount) WHERE effective_at IS NOT NULL;
