CREATE SCHEMA {schema};

-- One row per transaction that posts to an account in an asset, found by a digest of (ledger,
-- address, asset). What it says (lines, amounts, balances, description) is read from the journal
-- row.
--
-- Most transactions count from when they were recorded: the order of positions is their order by
-- effective time too, and the journal has their running balance. Only what was dated otherwise
-- (effective_at is not NULL) bears what it adds to the account's normal side, and has an index.
CREATE TABLE {schema}.entry (
    position     bigint      NOT NULL,
    effective_at timestamptz,
    key          uuid        NOT NULL,
    amount       numeric,
    CHECK ((effective_at IS NULL) = (amount IS NULL))
) WITH (autovacuum_freeze_min_age = 0); -- rows never change
