-- +goose Up

-- A generation is one set of a projection's tables, in a schema of its own named
-- p_<name>_<generation>. Its position is committed with its rows by compare-and-set.
CREATE TABLE projection_generation (
    name       text        NOT NULL,
    generation int         NOT NULL,
    version    int         NOT NULL,
    shard      smallint    NOT NULL DEFAULT 0,
    position   bigint      NOT NULL DEFAULT 0,
    made_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (name, generation)
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- The generation that readers read.
CREATE TABLE projection_live (
    name       text PRIMARY KEY,
    generation int NOT NULL,
    FOREIGN KEY (name, generation) REFERENCES projection_generation (name, generation)
);

-- How far each reactor has come. It is never set back.
CREATE TABLE reactor_checkpoint (
    reactor  text   PRIMARY KEY,
    position bigint NOT NULL
) WITH (fillfactor = 20);

-- projection_advance moves a generation's checkpoint if it still is at old_position and the event
-- at new_position is the journal's: with its previous hash, which stands for everything before it.
-- Published events may outlive the journal that they came from, when a stale stand-by is promoted.
--
-- It makes the commit of the rows that go with it an asynchronous one: after a crash of the server
-- rows and checkpoint are both missing or both there, and what is missing is projected again.
-- +goose StatementBegin
CREATE FUNCTION projection_advance(
    of_name text, of_generation int, old_position bigint, new_position bigint, new_prev_hash bytea, new_leaf_hash bytea
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    UPDATE projection_generation SET position = new_position
     WHERE name = of_name AND generation = of_generation AND position = old_position;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'generation % of % is not at %', of_generation, of_name, old_position USING ERRCODE = 'FL005';
    END IF;
    PERFORM FROM events
      WHERE shard = 0 AND position = new_position AND prev_hash = new_prev_hash AND leaf_hash = new_leaf_hash;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'event % is not the one in the journal', new_position USING ERRCODE = 'FL006';
    END IF;
END
$$;
-- +goose StatementEnd

-- The last position recorded before a time; 0 when there is none. Recorded time never runs
-- backwards in a shard, so a search by halves over the primary key finds it without an index.
-- +goose StatementBegin
CREATE FUNCTION journal_position_before(in_shard smallint, in_time timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    low  bigint := 0; -- recorded before in_time, or 0
    high bigint := 1 + coalesce((SELECT position FROM shard_head WHERE shard = in_shard), 0); -- not before, or past the end
    mid  bigint;
BEGIN
    WHILE high - low > 1 LOOP
        mid := (low + high) / 2;
        IF (SELECT recorded_at < in_time FROM events WHERE shard = in_shard AND position = mid) THEN
            low := mid;
        ELSE
            high := mid;
        END IF;
    END LOOP;
    RETURN low;
END
$$;
-- +goose StatementEnd
