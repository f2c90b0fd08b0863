-- What a load adds up, in parts. Without an index: they are read once, and dropped.
CREATE TABLE IF NOT EXISTS {schema}.balance_part (
    ledger         text        COLLATE "C" NOT NULL,
    address        text        COLLATE "C" NOT NULL,
    asset          text        COLLATE "C" NOT NULL,
    version        bigint      NOT NULL,
    debits         numeric     NOT NULL,
    credits        numeric     NOT NULL,
    first_position bigint      NOT NULL,
    created_at     timestamptz NOT NULL
);
-- A program that knows nothing of parts, and takes the load up, would finish without them: it finds no balances instead.
ALTER TABLE IF EXISTS {schema}.balance RENAME TO balance_whole;
