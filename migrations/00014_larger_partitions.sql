-- +goose Up

-- Partitions of 100 million positions from here on: a query that does not say where it reads (a page of an account's entries) opens
-- all that there are, and a hundred of them took twice as long as the query itself. Those that are there stay as they are.
-- Source: docs/adr/0037-the-journal-is-kept-whole.md.
--
-- journal_ensure_partition makes the partition that holds for_position, unless it is there, and returns the first position after it.
-- It is named after its first position, in tens of millions. It attaches a finished table instead of creating a partition in
-- place, because that would lock every reader out.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION journal_ensure_partition(for_position bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    size CONSTANT bigint := 100000000;
    past  bigint; -- the end of the partition that holds the position
    lower bigint; -- the end of the last one before it
    upper bigint; -- the beginning of the first one after it
    name  text;
BEGIN
    FOR attempt IN 1..2 LOOP
        SELECT min(b.past) FILTER (WHERE for_position >= b.first AND for_position < b.past),
               max(b.past) FILTER (WHERE b.past <= for_position), min(b.first) FILTER (WHERE b.first > for_position)
          INTO past, lower, upper
          FROM journal_partition b;
        IF past IS NOT NULL THEN
            RETURN past;
        END IF;
        PERFORM pg_advisory_xact_lock(hashtext('journal_ensure_partition')) WHERE attempt = 1;
    END LOOP;
    lower := greatest(for_position / size * size, lower);
    upper := least(for_position / size * size + size, upper);
    name := 'events_' || lpad((lower / 10000000)::text, 5, '0');
    -- Rows never change, so the first vacuum may freeze them and no later one rewrites them. It comes by after two million, about a
    -- gigabyte, so that no more than that is left to do when the partition is full.
    EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS) WITH (autovacuum_freeze_min_age = 0, '
        'autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 2000000)', name);
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM CURRENT_USER, PUBLIC', name);
    EXECUTE format('CREATE TRIGGER never_emptied BEFORE TRUNCATE ON %I '
        'FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()', name);
    EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', name, lower, upper);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER never_emptied', name);
    RETURN upper;
END
$$;
-- +goose StatementEnd

-- The partitions of the journal: what each is called, its first position, and the first one after it.
CREATE VIEW journal_partition AS
SELECT c.oid AS of, b.range[1] AS first, b.range[2] AS past
  FROM pg_inherits i
  JOIN pg_class c ON c.oid = i.inhrelid
 CROSS JOIN LATERAL (
       SELECT regexp_match(pg_get_expr(c.relpartbound, c.oid), '\(''?(\d+)''?\) TO \(''?(\d+)''?\)')::bigint[] AS range) b
 WHERE i.inhparent = 'events'::regclass;

-- One plan for every call, which opens the one partition that it needs: with several partitions the server takes a plan of its
-- own for each of the thirty looks of a search to be cheaper, and making it cost forty times what the look did.
ALTER FUNCTION journal_position_before(smallint, timestamptz) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION journal_position_up_to(smallint, timestamptz, bigint) SET plan_cache_mode = force_generic_plan;
