CREATE SCHEMA {schema};

-- Which events show a payment that was asked for; the journal has the rest. What the payer is given is nowhere here,
-- sealed or not.
CREATE TABLE {schema}.payment (
    position     bigint PRIMARY KEY,    -- of the event that created it, which its id names
    wallet_id    text   COLLATE "C" NOT NULL,
    owner        text   COLLATE "C" NOT NULL,
    status       text   COLLATE "C" NOT NULL,
    provider_ref text   COLLATE "C",    -- the provider's id of what it opened; NULL: none yet
    intent       text   COLLATE "C",    -- the provider's id of the payment in it; NULL: none yet
    opened       bigint,                -- position of the event that says that the provider waits for it; NULL: none yet
    judged       bigint,                -- position of the event that says what rules say of its card; NULL: none yet
    version      bigint NOT NULL        -- position of the last event that changed it
) WITH (fillfactor = 80);

-- Which events show a refund that was asked for here.
CREATE TABLE {schema}.refund (
    position bigint PRIMARY KEY,    -- of the event that asked for it, which its id names
    payment  bigint NOT NULL,       -- of the payment
    version  bigint NOT NULL,       -- position of the last event that changed it
    status   text   COLLATE "C" NOT NULL
) WITH (fillfactor = 80);

-- What finance has to see to: money in suspense, by what it is money of, and what the books could not take, by what it is
-- about. An item of which nothing is left stays, so that it keeps its id if more comes.
CREATE TABLE {schema}.suspense (
    position bigint  PRIMARY KEY,   -- of the event that put something there first, which its id names
    version  bigint  NOT NULL,      -- position of the last event that changed it
    amount   numeric,               -- what is left; NULL for what is held
    messages integer NOT NULL,      -- how many are held; 0 for money
    key      text    COLLATE "C" NOT NULL,
    UNIQUE (key, position)
) WITH (fillfactor = 80);

-- Which events show a dispute.
CREATE TABLE {schema}.dispute (
    position  bigint PRIMARY KEY,   -- of the event that told of it first, which its id names
    updated   bigint NOT NULL,      -- of the last that told of its status
    figures   bigint,               -- of the last that moved money; NULL: none yet
    version   bigint NOT NULL,      -- of the last of any of them
    fee       numeric,              -- what it cost so far; NULL: nothing yet
    fee_asset text   COLLATE "C",
    provider  text   COLLATE "C" NOT NULL,
    ref       text   COLLATE "C" NOT NULL, -- the provider's id of it
    payment   text   COLLATE "C" NOT NULL, -- the provider's id of the payment
    wallet_id text   COLLATE "C",   -- NULL: not known
    status    text   COLLATE "C" NOT NULL,
    UNIQUE (provider, ref)
) WITH (fillfactor = 80);

-- Which events show a review of a payment.
CREATE TABLE {schema}.review (
    position  bigint PRIMARY KEY,                 -- of the event that opened it, which its id names
    payment   bigint NOT NULL,                    -- of the payment
    wallet_id text   COLLATE "C" NOT NULL,
    status    text   COLLATE "C" NOT NULL,
    decided   bigint                              -- position of the event that ended it; NULL: it is open
) WITH (fillfactor = 80);

-- Needed while the tables are filled: by it reviews are ended.
CREATE INDEX review_payment ON {schema}.review (payment) WHERE decided IS NULL;
