-- +goose Up

-- Generations of a projection beside each other: one that is built while another is read, one for each
-- version of the program that is running. And an operator's hands on them: pausing, and passing an
-- event by.

ALTER TABLE projection_generation
    ADD COLUMN paused     boolean NOT NULL DEFAULT false, -- with projection_pause, in all generations of the name
    ADD COLUMN skips      int     NOT NULL DEFAULT 0,     -- how many events its projector must know to pass by
    ADD COLUMN stuck_at   bigint,                         -- the event that it could not take; it stands there while that is position + 1
    ADD COLUMN stuck_why  text,
    ADD COLUMN retired_at timestamptz,                    -- NULL: it is read, or being built
    ADD COLUMN dropped_at timestamptz;                    -- NULL: its tables are there

-- A program reads and feeds the tables of its own version: while instances are replaced, two are live.
ALTER TABLE projection_live ADD COLUMN version int;
UPDATE projection_live l SET version = g.version FROM projection_generation g WHERE g.name = l.name AND g.generation = l.generation;
ALTER TABLE projection_live
    ALTER COLUMN version SET NOT NULL,
    DROP CONSTRAINT projection_live_pkey,
    ADD PRIMARY KEY (name, version);

-- Who runs which version, so that tables are dropped when nobody reads them any more.
CREATE TABLE projection_reader (
    seen_at timestamptz NOT NULL,
    version int         NOT NULL,
    name    text        NOT NULL,
    holder  text        NOT NULL,
    PRIMARY KEY (holder, name)
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);

CREATE TABLE projection_pause (
    at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    name   text        PRIMARY KEY,
    reason text        NOT NULL,
    actor  text        NOT NULL
);

-- Events that a projection passes by, in every generation.
CREATE TABLE projection_skip (
    position bigint      NOT NULL,
    at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    name     text        NOT NULL,
    reason   text        NOT NULL,
    actor    text        NOT NULL,
    PRIMARY KEY (name, position)
);

-- What was asked to be built anew, and what became of it.
CREATE TABLE projection_rebuild (
    id          bigint      NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    asked_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    begun_at    timestamptz,                -- NULL: nobody has begun
    updated_at  timestamptz,
    finished_at timestamptz,                -- NULL: it is not finished
    position    bigint      NOT NULL DEFAULT 0,
    total       bigint      NOT NULL DEFAULT 0,
    rate        bigint      NOT NULL DEFAULT 0, -- events per second
    version     int         NOT NULL,
    generation  int,                        -- NULL: nobody has begun
    compare     boolean     NOT NULL,  -- and swap nothing
    name        text        NOT NULL,
    stage       text        NOT NULL DEFAULT 'asked'
        CHECK (stage IN ('asked', 'load', 'index', 'follow', 'compare', 'done', 'abandoned')),
    actor       text        NOT NULL,
    error       text,                       -- what it stands at, or why it was given up
    comparison  json
);

CREATE UNIQUE INDEX projection_rebuild_open ON projection_rebuild (name, version) WHERE finished_at IS NULL;
CREATE INDEX projection_rebuild_last ON projection_rebuild (name, id);

-- projection_advance, as it was, but that a generation moves only while it is not paused and not
-- retired, and for a projector that knows which events to pass by.
DROP FUNCTION projection_advance(text, int, bigint, bigint, bytea, bytea);

-- +goose StatementBegin
CREATE FUNCTION projection_advance(
    of_name text, of_generation int, known_skips int,
    old_position bigint, new_position bigint, new_prev_hash bytea, new_leaf_hash bytea
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    UPDATE projection_generation SET position = new_position
     WHERE name = of_name AND generation = of_generation AND position = old_position
       AND skips = known_skips AND NOT paused AND retired_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'generation % of % does not go on from %', of_generation, of_name, old_position USING ERRCODE = 'FL005';
    END IF;
    PERFORM FROM events
      WHERE shard = 0 AND position = new_position AND prev_hash = new_prev_hash AND leaf_hash = new_leaf_hash;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'event % is not the one in the journal', new_position USING ERRCODE = 'FL006';
    END IF;
END
$$;
-- +goose StatementEnd
