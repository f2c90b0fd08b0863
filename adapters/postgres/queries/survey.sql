-- What waits, counted no further than matters: each look is a few pages of an index.
SELECT (SELECT count(*) FROM (SELECT FROM inbox LIMIT $1) AS waiting),
       (SELECT received_at FROM inbox WHERE shard = $2 ORDER BY seq LIMIT 1),
       (SELECT count(*) FROM (SELECT FROM dead_letters WHERE resolved_at IS NULL LIMIT $1) AS open),
       (SELECT min(at) FROM dead_letters WHERE resolved_at IS NULL),
       (SELECT count(*) FROM (SELECT FROM webhook_deliveries WHERE status = 'pending' LIMIT $1) AS pending),
       (SELECT count(*) FROM (SELECT FROM webhook_endpoint_health WHERE failing_since IS NOT NULL LIMIT $1) AS failing),
       (SELECT coalesce(sum(open), 0) FROM (SELECT DISTINCT ON (source, period_from, period_until) open FROM reconciliations
                                            WHERE status = 'done' AND period_until > now() - interval '31 days'
                                            ORDER BY source, period_from, period_until, id DESC) AS newest),
       pg_database_size(current_database()),
       (SELECT coalesce(last_archived_time, stats_reset, pg_postmaster_start_time()) FROM pg_stat_archiver
        WHERE current_setting('archive_mode') <> 'off');
