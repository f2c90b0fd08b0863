-- +goose Up

-- What payment providers sent, byte for byte, before anything was made of it: the proof of what was
-- booked, and what a later Florin reads again when it understands more. One row per body: the same
-- event can come again with another body, and both are kept.
CREATE TABLE provider_events (
    id          bigint      NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    livemode    boolean     NOT NULL,
    provider    text        NOT NULL,
    event_id    text        NOT NULL,
    api_version text        NOT NULL,
    body        bytea       NOT NULL
);

CREATE UNIQUE INDEX provider_events_once ON provider_events (provider, event_id, sha256(body));

-- Append-only, as the journal is.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON provider_events
    FOR EACH ROW EXECUTE FUNCTION journal_refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON provider_events
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
ALTER TABLE provider_events ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE provider_events ENABLE ALWAYS TRIGGER never_emptied;
REVOKE UPDATE, DELETE, TRUNCATE ON provider_events FROM CURRENT_USER, PUBLIC;
