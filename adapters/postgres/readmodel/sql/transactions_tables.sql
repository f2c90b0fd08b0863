CREATE SCHEMA {schema};

-- One row per transaction. terms are digests of what it can be found by (finder.go); a query
-- checks what it finds against the journal row, so two things with one digest do no harm.
CREATE TABLE {schema}.tx (
    position     bigint      NOT NULL,
    effective_at timestamptz,          -- NULL: when it was recorded
    ledger       text        COLLATE "C" NOT NULL,
    terms        integer[]   NOT NULL
) WITH (autovacuum_freeze_min_age = 0); -- rows never change

-- Which transaction was reversed by which.
CREATE TABLE {schema}.reversal (
    position bigint PRIMARY KEY,
    by_id    text   NOT NULL
);
