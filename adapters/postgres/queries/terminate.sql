-- Ends a backend, whatever it is in the middle of, and waits until it is gone. One that ended by itself
-- meanwhile is gone too, although nothing was there to be ended.
SELECT CASE WHEN pg_terminate_backend($1::integer, $2::bigint) THEN true
            ELSE NOT EXISTS (SELECT FROM pg_stat_get_backend_idset() AS s (id) WHERE pg_stat_get_backend_pid(s.id) = $1) END
