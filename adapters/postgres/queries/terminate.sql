-- Ends a backend, whatever it is in the middle of, and waits until it is gone.
SELECT pg_terminate_backend($1::integer, $2::bigint)
