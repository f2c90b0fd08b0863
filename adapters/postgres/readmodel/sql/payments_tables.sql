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
    version      bigint NOT NULL        -- position of the last event that changed it
) WITH (fillfactor = 80);

-- Which events show a refund that was asked for here.
CREATE TABLE {schema}.refund (
    position bigint PRIMARY KEY,    -- of the event that asked for it, which its id names
    payment  bigint NOT NULL,       -- of the payment
    version  bigint NOT NULL        -- position of the last event that changed it
) WITH (fillfactor = 80);
