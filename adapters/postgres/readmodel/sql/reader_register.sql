WITH gone AS (
    DELETE FROM projection_reader WHERE seen_at < clock_timestamp() - interval '1 day'
)
INSERT INTO projection_reader (holder, name, version, seen_at)
SELECT @holder, name, version, clock_timestamp() FROM unnest(@names::text[], @versions::int[]) AS v (name, version)
ON CONFLICT (holder, name) DO UPDATE SET version = excluded.version, seen_at = excluded.seen_at
