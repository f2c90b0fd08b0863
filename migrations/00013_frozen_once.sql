-- +goose Up

-- Rows of these tables never change, so the first vacuum that comes by may freeze them: by default the server would leave them
-- as they are until they are 200 million transactions old, and then read and write all of them once more, at a time of its own
-- choosing. It comes by after so many new rows, not after a fifth of all that there are. The journal's partitions have
-- the first of these from the beginning.
ALTER TABLE outcomes SET (
    autovacuum_freeze_min_age = 0,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000000
);
ALTER TABLE provider_events SET (
    autovacuum_freeze_min_age = 0,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000
);

-- The same for the two read models that have rows for every transaction and change none of them. Generations that are built from
-- now on are made so.
-- +goose StatementBegin
DO $$
DECLARE
    made regclass;
BEGIN
    FOR made IN
        SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind = 'r'
           AND (n.nspname ~ '^p_entries_\d+$' AND c.relname = 'entry' OR n.nspname ~ '^p_transactions_\d+$' AND c.relname = 'tx')
    LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_freeze_min_age = 0)', made);
    END LOOP;
END
$$;
-- +goose StatementEnd
