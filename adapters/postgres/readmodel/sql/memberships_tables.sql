CREATE SCHEMA {schema};

CREATE TABLE {schema}.plan (
    code       text        COLLATE "C" PRIMARY KEY,
    offer      json        NOT NULL, -- as the events have it
    active     boolean     NOT NULL,
    period     text        COLLATE "C" NOT NULL,
    version    bigint      NOT NULL, -- position of the last event that changed it
    created_at timestamptz NOT NULL
);

-- What is in JSON is as the events have it; what it is found by stands beside it. Ids are made of places, so their order
-- is the one in which memberships were bought.
CREATE TABLE {schema}.membership (
    id       text   COLLATE "C" PRIMARY KEY,
    user_id  text   COLLATE "C" NOT NULL,
    plan     text   COLLATE "C" NOT NULL,
    status   text   COLLATE "C" NOT NULL,
    about    json   NOT NULL,
    standing json   NOT NULL,
    next_at  timestamptz, -- NULL: nothing is to come
    version  bigint NOT NULL -- position of the last event that changed it
) WITH (fillfactor = 80);

-- Which membership somebody has, or had last.
CREATE TABLE {schema}.member (
    user_id text        COLLATE "C" PRIMARY KEY,
    status  text        COLLATE "C" NOT NULL,
    plan    text        COLLATE "C" NOT NULL,
    until   timestamptz NOT NULL
) WITH (fillfactor = 80);
