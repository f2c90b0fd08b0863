-- +goose Up

-- Before which events projections and reactors stand that they cannot take: since when, how often they have tried, and when
-- they try next. It is so while stuck_at is after position. It is no copy of anything: whoever comes past it stands there
-- no more. An operator who wants an event tried at once brings retry_at forward, and says why until it was tried.
ALTER TABLE projection_generation
    ADD COLUMN stuck_since    timestamptz,
    ADD COLUMN stuck_tries    int NOT NULL DEFAULT 0,
    ADD COLUMN retry_at       timestamptz,
    ADD COLUMN requeued_at    timestamptz,
    ADD COLUMN requeued_by    text,
    ADD COLUMN requeue_reason text;

ALTER TABLE reactor_checkpoint
    ADD COLUMN stuck_at       bigint,
    ADD COLUMN stuck_why      text,
    ADD COLUMN stuck_since    timestamptz,
    ADD COLUMN stuck_tries    int NOT NULL DEFAULT 0,
    ADD COLUMN retry_at       timestamptz,
    ADD COLUMN requeued_at    timestamptz,
    ADD COLUMN requeued_by    text,
    ADD COLUMN requeue_reason text;

-- What an event could not be taken for, beside why it was passed by.
ALTER TABLE projection_skip ADD COLUMN error text NOT NULL DEFAULT '', ADD COLUMN stuck_since timestamptz;

-- Events that a reactor has passed by.
CREATE TABLE reactor_skip (
    position    bigint      NOT NULL,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    stuck_since timestamptz,
    reactor     text        NOT NULL,
    reason      text        NOT NULL,
    actor       text        NOT NULL,
    error       text        NOT NULL,
    PRIMARY KEY (reactor, position)
);
