-- +goose Up

-- What is on its way to webhook endpoints, and what became of it. None of it is a fact of the journal: what is sent is
-- made of the event anew each time, so that nothing of it lies here. The event's place in the journal is its id; it has
-- the time in front, so that ids are in the order of events.
CREATE TABLE webhook_deliveries (
    event_id      uuid        NOT NULL,
    event_at      timestamptz NOT NULL,
    created_at    timestamptz NOT NULL,
    next_at       timestamptz,           -- when it is sent next, or who has it in hand must be through; only while it is pending
    give_up_at    timestamptz,
    last_at       timestamptz,
    last_took_ms  integer     NOT NULL DEFAULT 0,
    attempts      integer     NOT NULL DEFAULT 0,
    tries         integer     NOT NULL DEFAULT 0, -- since it was made, or sent again by hand
    last_code     smallint    NOT NULL DEFAULT 0,
    status        text        COLLATE "C" NOT NULL CHECK (status IN ('pending', 'delivered', 'failed')),
    endpoint_id   text        COLLATE "C" NOT NULL,
    event_type    text        COLLATE "C" NOT NULL,
    last_failure  text        COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (endpoint_id, event_id),
    CHECK ((status = 'pending') = (next_at IS NOT NULL))
) WITH (fillfactor = 80);

CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_oldest ON webhook_deliveries (created_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (endpoint_id, event_id) WHERE status = 'failed';
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (status, event_at) WHERE status <> 'pending'; -- for the sweep

-- Since when everything that was sent to an endpoint has failed; null once something was taken.
CREATE TABLE webhook_endpoint_health (
    failing_since timestamptz,
    endpoint_id   text COLLATE "C" NOT NULL PRIMARY KEY
) WITH (fillfactor = 70);
