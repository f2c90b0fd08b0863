-- +goose Up

-- The journal: what happened, what came of each request, and what the writer must know to decide.
--
-- Columns stand in the order of their alignment (eight bytes, four, two, then bytes and texts), not
-- of their meaning: no row carries padding. What usually repeats another column is NULL: it costs
-- one bit.
--
-- Florin's own error codes: FL001 the writer is fenced, FL002 its clock is off, FL003 a row of
-- decision state is not at the version that was decided on, FL004 a change of what is append-only,
-- FL005 somebody else moved a projection's checkpoint, FL006 an event is not the journal's.

CREATE TABLE events (
    position     bigint      NOT NULL,
    number       bigint,                -- NULL: no transaction
    recorded_at  timestamptz NOT NULL,
    effective_at timestamptz,           -- NULL: recorded_at
    epoch        integer     NOT NULL,
    shard        smallint    NOT NULL,
    schema       smallint    NOT NULL,
    command_id   uuid        NOT NULL,
    correlation  uuid,                  -- NULL: command_id is the first of its chain
    ledger       text        NOT NULL,
    stream       text        NOT NULL,
    type         text        NOT NULL,
    actor        text        NOT NULL,
    trace        text,
    nonce        bytea       NOT NULL,
    prev_hash    bytea       NOT NULL,
    leaf_hash    bytea       NOT NULL,
    data         json        NOT NULL,  -- json, not jsonb: the bytes as written are what was hashed
    postings     json,
    PRIMARY KEY (shard, position)
) PARTITION BY RANGE (position);

-- A few pages of index find what was recorded between two moments, since rows lie in that order.
CREATE INDEX events_recorded_at ON events USING brin (recorded_at) WITH (autosummarize = on);

CREATE TABLE outcomes (
    at         timestamptz NOT NULL,
    first      bigint,                  -- NULL: no events
    position   bigint,                  -- NULL: the position of its last event
    count      integer     NOT NULL,
    shard      smallint    NOT NULL,
    status     "char"      NOT NULL,    -- d done, r refused, x dead
    command_id uuid        NOT NULL PRIMARY KEY,
    hash       bytea       NOT NULL,
    type       text        NOT NULL,
    caller     text        NOT NULL,
    refusal    json,
    result     json
);

CREATE TABLE state (
    version  bigint   NOT NULL,         -- position of the last event that changed the row
    based_on bigint   NOT NULL,         -- its version before; 0: there was no row
    shard    smallint NOT NULL,
    key      text     COLLATE "C" NOT NULL,
    data     json     NOT NULL,
    -- Not (shard, key): with one shard, a scan by shard alone looks cheap and reads everything.
    PRIMARY KEY (key, shard)
) WITH (
    -- A hot account is rewritten in every commit: with room in its page the new version stays there
    -- and no index is touched; a vacuum that waits for a fifth of the table would come too late.
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0
);

CREATE TABLE shard_head (
    timeline    bigint      NOT NULL DEFAULT 1,
    epoch       bigint      NOT NULL DEFAULT 0,
    position    bigint      NOT NULL DEFAULT 0,
    recorded_at timestamptz,            -- of position; NULL: nothing is recorded
    -- Nanoseconds since 1970: the birth of the source's stream is compared exactly, and timestamptz
    -- would round it.
    mark_born   bigint,
    mark_seq    bigint      NOT NULL DEFAULT 0,
    backend_pid integer     NOT NULL DEFAULT 0,
    shard       smallint    NOT NULL PRIMARY KEY,
    chain       bytea       NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);

INSERT INTO shard_head (shard) VALUES (0);

CREATE TABLE lease (
    until  timestamptz NOT NULL,
    shard  smallint    NOT NULL PRIMARY KEY,
    holder text        NOT NULL
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);

CREATE TABLE inbox (
    seq         bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    shard       smallint    NOT NULL,
    command_id  uuid        NOT NULL PRIMARY KEY,
    body        bytea       NOT NULL
) WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);

CREATE INDEX inbox_oldest_first ON inbox (shard, seq);

CREATE TABLE dead_letters (
    at          timestamptz NOT NULL,
    resolved_at timestamptz,
    shard       smallint    NOT NULL,
    command_id  uuid        NOT NULL PRIMARY KEY,
    type        text        NOT NULL,
    command     bytea       NOT NULL,
    reason      text        NOT NULL,
    resolution  text CHECK (resolution IN ('requeued', 'discarded')),
    resolved_by text
);

CREATE INDEX dead_letters_open ON dead_letters (at) WHERE resolved_at IS NULL;

CREATE TABLE timelines (
    timeline             bigint      NOT NULL,
    began_after_position bigint      NOT NULL,
    at                   timestamptz NOT NULL DEFAULT clock_timestamp(),
    shard                smallint    NOT NULL,
    reason               text        NOT NULL,
    actor                text        NOT NULL,
    PRIMARY KEY (shard, timeline)
);

-- Append-only, twice over: the trigger binds everybody, a superuser and a restore included
-- (ENABLE ALWAYS); the privilege tells an honest mistake apart before it takes a lock.

-- +goose StatementBegin
CREATE FUNCTION journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on %: the journal is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'FL004';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION journal_refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON outcomes
    FOR EACH ROW EXECUTE FUNCTION journal_refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON outcomes
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
ALTER TABLE events ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE events ENABLE ALWAYS TRIGGER never_emptied;
ALTER TABLE outcomes ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE outcomes ENABLE ALWAYS TRIGGER never_emptied;
REVOKE UPDATE, DELETE, TRUNCATE ON events, outcomes FROM CURRENT_USER, PUBLIC;

-- journal_ensure_partition makes the partition that holds for_position, unless it is there, and
-- returns the first position after it. It attaches a finished table instead of creating a
-- partition in place, because that would lock every reader out.
-- +goose StatementBegin
CREATE FUNCTION journal_ensure_partition(for_position bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    size  CONSTANT bigint := 10000000;
    lower CONSTANT bigint := for_position / size * size;
    name  CONSTANT text   := 'events_' || lpad((for_position / size)::text, 5, '0');
BEGIN
    IF to_regclass(name) IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('journal_ensure_partition'));
    END IF;
    IF to_regclass(name) IS NULL THEN
        -- Rows never change, so the first vacuum may freeze them and no later one rewrites them.
        EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS) WITH (autovacuum_freeze_min_age = 0)', name);
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM CURRENT_USER, PUBLIC', name);
        EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()', name);
        EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', name, lower, lower + size);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER never_emptied', name);
    END IF;
    RETURN lower + size;
END
$$;
-- +goose StatementEnd

SELECT journal_ensure_partition(0);

-- journal_advance moves a shard's head if it still is where the batch was decided: the fence that
-- every commit passes, and the first thing it does, so that whoever comes second waits here.
-- +goose StatementBegin
CREATE FUNCTION journal_advance(
    of_shard smallint, of_timeline bigint, of_epoch bigint,
    old_position bigint, old_chain bytea,
    new_position bigint, new_chain bytea, new_recorded_at timestamptz,
    new_mark_born bigint, new_mark_seq bigint,
    sent timestamptz, tolerance interval
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    -- Read before the wait for the row: waiting is not skew.
    skew CONSTANT interval := clock_timestamp() - sent;
BEGIN
    UPDATE shard_head
    SET position = new_position, chain = new_chain, recorded_at = new_recorded_at,
        mark_born = new_mark_born, mark_seq = new_mark_seq
    WHERE shard = of_shard AND timeline = of_timeline AND epoch = of_epoch
        AND position = old_position AND chain = old_chain;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'shard % is no longer at epoch %, position %', of_shard, of_epoch, old_position
            USING ERRCODE = 'FL001';
    END IF;
    IF skew NOT BETWEEN -tolerance AND tolerance THEN
        RAISE EXCEPTION 'the writer''s clock is % behind', skew USING ERRCODE = 'FL002';
    END IF;
END
$$;
-- +goose StatementEnd

-- journal_put_state writes rows of decision state, each only over the version that was decided on
-- (0: there was none). One row that is elsewhere takes the whole commit down.
--
-- It is an insert whose conflicts become updates, because that finds each row by the index at every
-- size of the table: an update that joins is planned, and in a database of its first minute, which
-- has no statistics, every row was compared with every other.
-- +goose StatementBegin
CREATE FUNCTION journal_put_state(
    of_shard smallint, keys text[], loaded bigint[], versions bigint[], rows json[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    put bigint;
BEGIN
    WITH written AS (
        INSERT INTO state AS s (shard, key, version, based_on, data)
        SELECT of_shard, r.key, r.version, r.loaded, r.data
        FROM unnest(keys, loaded, versions, rows) AS r (key, loaded, version, data)
        ON CONFLICT (shard, key) DO UPDATE
        SET version = excluded.version, based_on = excluded.based_on, data = excluded.data
        WHERE s.version = excluded.based_on
        -- xmax is 0 in a row that was inserted; only what was not there may be.
        RETURNING (s.xmax = 0) = (s.based_on = 0) AS expected
    )
    SELECT count(*) FILTER (WHERE expected) INTO put FROM written;
    IF put <> cardinality(keys) THEN
        RAISE EXCEPTION 'of % rows of decision state only % are at the version decided on',
            cardinality(keys), put USING ERRCODE = 'FL003';
    END IF;
END
$$;
-- +goose StatementEnd
