-- +goose Up

-- What came of holding a provider's statement against the books. None of it is a fact of the journal: it moves nothing, and
-- can be made again of the two.
CREATE TABLE reconciliations (
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at   timestamptz,
    ended_at     timestamptz,
    period_from  timestamptz NOT NULL,
    period_until timestamptz NOT NULL,
    id           uuid        NOT NULL PRIMARY KEY,   -- in the order of creation
    request      uuid        UNIQUE,                 -- NULL: nobody repeats it
    attempts     integer     NOT NULL DEFAULT 0,     -- times that somebody began it
    open         integer     NOT NULL DEFAULT 0,     -- breaks that are not of timing
    nightly      boolean     NOT NULL,
    source       text        NOT NULL,
    status       text        NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
    actor        text        NOT NULL,
    fault        text        NOT NULL DEFAULT '',
    result       json                                -- NULL until it is done
);

CREATE INDEX reconciliations_open ON reconciliations (id) WHERE status IN ('queued', 'running');
CREATE INDEX reconciliations_nightly ON reconciliations (source, period_from) WHERE nightly;
CREATE INDEX reconciliations_period ON reconciliations (period_until, period_from, source);

CREATE TABLE reconciliation_breaks (
    run    uuid    NOT NULL REFERENCES reconciliations,
    number integer NOT NULL,                         -- from 1, in the order of time
    reason text    NOT NULL,
    data   json    NOT NULL,
    PRIMARY KEY (run, number)
);
