CREATE SCHEMA {schema};

-- Ids are made of places, so their order is the order in which wallets were opened.
CREATE TABLE {schema}.wallet (
    id         text        COLLATE "C" PRIMARY KEY,
    owner      text        COLLATE "C" NOT NULL,
    name       text        NOT NULL,
    status     text        COLLATE "C" NOT NULL,
    metadata   json,
    time_zone  text        COLLATE "C" NOT NULL, -- empty: UTC
    credit     jsonb       NOT NULL DEFAULT '{}', -- how far available may go below zero, by asset; text
    spending   jsonb       NOT NULL DEFAULT '{}', -- how much may be given out, by asset
    version    bigint      NOT NULL, -- position of the last event that changed it
    created_at timestamptz NOT NULL
);

CREATE TABLE {schema}.hold (
    id          text        COLLATE "C" PRIMARY KEY,
    wallet_id   text        COLLATE "C" NOT NULL,
    asset       text        COLLATE "C" NOT NULL,
    amount      numeric     NOT NULL,
    captured    numeric     NOT NULL,
    released    numeric     NOT NULL,
    remaining   numeric     NOT NULL,
    status      text        COLLATE "C" NOT NULL,
    to_wallet   text        COLLATE "C" NOT NULL, -- empty: none
    to_account  text        COLLATE "C" NOT NULL, -- empty: none
    expires_at  timestamptz, -- NULL: never
    description text        NOT NULL,
    metadata    json,
    version     bigint      NOT NULL, -- position of the last event that changed it
    created_at  timestamptz NOT NULL
) WITH (fillfactor = 80);

-- Which events show a withdrawal; the journal has the rest. Where it goes is nowhere here, sealed or not.
CREATE TABLE {schema}.withdrawal (
    position  bigint PRIMARY KEY,       -- of the event that requested it, which its id names
    wallet_id text   COLLATE "C" NOT NULL,
    owner     text   COLLATE "C" NOT NULL,
    status    text   COLLATE "C" NOT NULL,
    version   bigint NOT NULL           -- position of the last event that changed it
) WITH (fillfactor = 80);

-- Pairs that are listed. Rates are text: they are shown as they were set.
CREATE TABLE {schema}.exchange_rate (
    sold       text        COLLATE "C" NOT NULL,
    bought     text        COLLATE "C" NOT NULL,
    rate       text        COLLATE "C" NOT NULL,
    spread     text        COLLATE "C" NOT NULL, -- in percent
    min_amount text        COLLATE "C" NOT NULL, -- empty: none
    valid_for  bigint      NOT NULL, -- seconds
    version    bigint      NOT NULL, -- position of the last event that set it
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (sold, bought)
) WITH (fillfactor = 80);

CREATE TABLE {schema}.quote_used (
    id             text COLLATE "C" PRIMARY KEY,
    transaction_id text COLLATE "C" NOT NULL
);

-- The alerts that there are: one that ends is taken away.
CREATE TABLE {schema}.alert (
    id            text        COLLATE "C" PRIMARY KEY,
    wallet_id     text        COLLATE "C" NOT NULL,
    owner         text        COLLATE "C" NOT NULL, -- the wallet's
    asset         text        COLLATE "C" NOT NULL,
    below         numeric, -- one of the two is NULL
    above         numeric,
    fired         bigint      NOT NULL DEFAULT 0,
    last_fired_at timestamptz,
    version       bigint      NOT NULL, -- position of the last event that changed it
    created_at    timestamptz NOT NULL
) WITH (fillfactor = 80);

CREATE INDEX alert_wallet ON {schema}.alert (wallet_id, id);

-- What is in JSON is as the events have it; what it is found by stands beside it.
CREATE TABLE {schema}.schedule (
    id         text        COLLATE "C" PRIMARY KEY,
    owner      text        COLLATE "C" NOT NULL,
    wallet_id  text        COLLATE "C" NOT NULL, -- which pays
    maker      json        NOT NULL,
    transfer   json        NOT NULL,
    timing     json        NOT NULL,
    standing   json        NOT NULL,
    last       json, -- NULL: nothing has come yet
    status     text        COLLATE "C" NOT NULL,
    next_at    timestamptz, -- NULL: none is to come
    version    bigint      NOT NULL, -- position of the last event that changed it
    created_at timestamptz NOT NULL
) WITH (fillfactor = 80);
