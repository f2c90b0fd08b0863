-- +goose Up

-- Calls to payment providers that were not answered, and are made again. None of it is a fact of the journal: what is
-- asked for stands in the event, and what is answered in another.
CREATE TABLE payment_calls (
    position bigint      NOT NULL PRIMARY KEY, -- of the event that asks for it
    next_at  timestamptz NOT NULL,             -- when it is made again
    since    timestamptz NOT NULL DEFAULT now(),
    attempts integer     NOT NULL,
    provider text        COLLATE "C" NOT NULL,
    fault    text        NOT NULL              -- of the last attempt, for operators
) WITH (fillfactor = 70);

CREATE INDEX payment_calls_due ON payment_calls (next_at);

-- Which payment providers do not answer, for all processes. A provider without a row does.
CREATE TABLE payment_providers (
    down_at  timestamptz,                      -- NULL: it is not down
    faults   integer     NOT NULL,             -- calls in a row without an answer
    provider text        COLLATE "C" NOT NULL PRIMARY KEY,
    fault    text        NOT NULL
) WITH (fillfactor = 70);
