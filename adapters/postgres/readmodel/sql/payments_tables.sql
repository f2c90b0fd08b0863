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
    version  bigint NOT NULL        -- position of the last event that changed it
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
