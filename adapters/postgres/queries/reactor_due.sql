-- Whether the event is to be tried now, or is past.
SELECT coalesce(retry_at <= clock_timestamp(), false) OR position >= $2 FROM reactor_checkpoint WHERE reactor = $1
