CREATE SCHEMA {schema};

CREATE TABLE {schema}.account (
    ledger         text        COLLATE "C" NOT NULL,
    address        text        COLLATE "C" NOT NULL,
    first_position bigint      NOT NULL,
    created_at     timestamptz NOT NULL,
    version        bigint      NOT NULL, -- how often its rules were set
    frozen         boolean     NOT NULL DEFAULT false,
    min_balance    json,
    metadata       json,
    PRIMARY KEY (ledger, address)
);

CREATE TABLE {schema}.balance (
    ledger  text    COLLATE "C" NOT NULL,
    address text    COLLATE "C" NOT NULL,
    asset   text    COLLATE "C" NOT NULL,
    version bigint  NOT NULL, -- number of transactions that touched it
    debits  numeric NOT NULL,
    credits numeric NOT NULL,
    PRIMARY KEY (ledger, address, asset)
) WITH (fillfactor = 70);

CREATE TABLE {schema}.ledger (
    name        text        COLLATE "C" PRIMARY KEY,
    description text        NOT NULL,
    position    bigint      NOT NULL,
    created_at  timestamptz NOT NULL
);

CREATE TABLE {schema}.asset (
    code       text        COLLATE "C" PRIMARY KEY,
    scale      int         NOT NULL,
    position   bigint      NOT NULL,
    created_at timestamptz NOT NULL
);
