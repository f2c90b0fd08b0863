CREATE SCHEMA {schema};

-- What is personal is sealed with the person's key.
CREATE TABLE {schema}.person (
    id            text        COLLATE "C" PRIMARY KEY,
    status        text        COLLATE "C" NOT NULL,
    email_token   text        COLLATE "C", -- NULL: erased, as all that may be NULL but erased_at
    email         bytea,
    confirmed     boolean     NOT NULL,
    pending_email bytea,                   -- NULL: none waits
    name          bytea,                   -- NULL: none
    roles         text[]      NOT NULL,    -- in order
    version       bigint      NOT NULL,    -- position of the last event that others can see
    created_at    timestamptz NOT NULL,
    erased_at     timestamptz              -- NULL: not erased
) WITH (fillfactor = 80);

-- Who has a role, in the order of lists: an index over arrays has none.
CREATE TABLE {schema}.person_role (
    role       text        COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    id         text        COLLATE "C" NOT NULL,
    PRIMARY KEY (role, created_at, id)
);

CREATE INDEX person_role_person ON {schema}.person_role (id);

-- Ids are made of places, so their order is the order in which keys were created.
CREATE TABLE {schema}.api_key (
    id         text        COLLATE "C" PRIMARY KEY,
    name       text        NOT NULL,
    roles      text[]      NOT NULL,
    expires_at timestamptz,          -- NULL: never
    revoked_at timestamptz,          -- NULL: not revoked
    created_at timestamptz NOT NULL
);
