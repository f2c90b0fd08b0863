-- +goose Up

-- The vault is worth its name only where the backups of the journal do not take it along.
-- +goose StatementBegin
DO $$
BEGIN
    IF to_regclass('shard_head') IS NOT NULL THEN
        RAISE EXCEPTION 'this database holds the journal; the vault wants one of its own';
    END IF;
END
$$;
-- +goose StatementEnd

-- What all digests of addresses are keyed with: made once, never replaced, wrapped as the keys are.
CREATE TABLE pepper (
    sole    boolean PRIMARY KEY DEFAULT true CHECK (sole),
    master  text    NOT NULL,
    wrapped bytea   NOT NULL
);

-- One key for each person. A destroyed one leaves its row behind: the list of erasures, and the reason
-- why nobody gets that key again.
CREATE TABLE person_key (
    person       text        COLLATE "C" PRIMARY KEY,
    -- The master key that wraps it, by its id.
    master       text,
    wrapped      bytea,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- The journal was seen to have this person: the key is nobody's to sweep.
    settled      boolean     NOT NULL DEFAULT false,
    destroyed_at timestamptz,
    CONSTRAINT whole_or_destroyed CHECK (
        (destroyed_at IS NULL AND wrapped IS NOT NULL AND master IS NOT NULL)
        OR (destroyed_at IS NOT NULL AND wrapped IS NULL AND master IS NULL))
);
CREATE INDEX person_key_erasures ON person_key (destroyed_at, person) WHERE destroyed_at IS NOT NULL;
CREATE INDEX person_key_unsettled ON person_key (created_at, person) WHERE NOT settled AND destroyed_at IS NULL;

-- The token of each address in use, by a keyed digest of the address in lower case.
CREATE TABLE email_address (
    digest bytea PRIMARY KEY,
    token  text  NOT NULL UNIQUE
);

-- What a change leaves behind in a table is for vacuum to take away. Here that is keys that were
-- destroyed and addresses that were forgotten: it does not wait for a fifth of the table to be so.
ALTER TABLE person_key SET (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0);
ALTER TABLE email_address SET (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0);

-- A tombstone stays: without it an erased person could get a key again. FL020 is this refusal's own code.
-- +goose StatementBegin
CREATE FUNCTION vault_keep_tombstones() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the key of % was destroyed, and that stays', OLD.person USING ERRCODE = 'FL020';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER tombstones_stay BEFORE UPDATE OR DELETE ON person_key
    FOR EACH ROW WHEN (OLD.destroyed_at IS NOT NULL) EXECUTE FUNCTION vault_keep_tombstones();
