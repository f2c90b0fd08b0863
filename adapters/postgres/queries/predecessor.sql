-- The backend of the writer before. Pids are used again, so it counts only while it still bears the
-- writer's name in this database.
SELECT h.backend_pid, a.pid IS NOT NULL AS alive
FROM shard_head h
LEFT JOIN pg_stat_activity a
    ON a.pid = h.backend_pid AND a.pid <> pg_backend_pid()
    AND a.application_name = $2 AND a.datname = current_database()
WHERE h.shard = $1
