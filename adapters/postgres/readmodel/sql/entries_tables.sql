CREATE SCHEMA {schema};

-- One row per posting, found by a digest of (ledger, address, asset). What it says (side, amount,
-- balance, description) is read from the journal row; amount stands here, signed to the debit
-- side, because a running balance by effective time is a sum over it.
CREATE TABLE {schema}.entry (
    key          uuid        NOT NULL,
    position     bigint      NOT NULL,
    effective_at timestamptz NOT NULL,
    line         smallint    NOT NULL,
    amount       numeric     NOT NULL,
    PRIMARY KEY (key, position, line)
);

CREATE INDEX entry_effective ON {schema}.entry (key, effective_at, position, line) INCLUDE (amount);
