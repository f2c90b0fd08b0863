-- +goose Up

-- What became of a dead letter: why somebody decided so, and, where its command was asked for again, as which one.
ALTER TABLE dead_letters
    ADD COLUMN resolution_reason text,
    ADD COLUMN requeued_as uuid,
    ADD CHECK ((resolved_at IS NULL) = (resolution IS NULL)),
    ADD CHECK ((requeued_as IS NOT NULL) = (resolution IS NOT DISTINCT FROM 'requeued'));

-- For lists, newest first.
CREATE INDEX dead_letters_newest ON dead_letters (at, command_id);

-- What a verification saw: the one that runs, and those that have ended. None of it is a fact of the journal.
CREATE TABLE verifications (
    id        bigint      NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    asked_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    began_at  timestamptz,          -- NULL: it waits for a process that makes it
    ended_at  timestamptz,
    position  bigint      NOT NULL DEFAULT 0, -- how far it is
    total     bigint      NOT NULL DEFAULT 0,
    asked_by  text        NOT NULL,
    report    json,                 -- NULL: it has not ended, or failed
    failure   text                  -- why it could not be made
);

-- One at a time.
CREATE UNIQUE INDEX verifications_open ON verifications ((ended_at IS NULL)) WHERE ended_at IS NULL;
