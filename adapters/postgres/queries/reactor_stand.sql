-- Before which event a reactor stands, and until when it rests. Whoever has come past it meanwhile does not stand there.
UPDATE reactor_checkpoint
   SET stuck_since = CASE WHEN stuck_at = $2 THEN coalesce(stuck_since, clock_timestamp()) ELSE clock_timestamp() END,
       stuck_tries = CASE WHEN stuck_at = $2 THEN stuck_tries + 1 ELSE 1 END,
       stuck_at = $2, stuck_why = $3, retry_at = clock_timestamp() + make_interval(secs => $4),
       requeued_at = NULL, requeued_by = NULL, requeue_reason = NULL
 WHERE reactor = $1 AND position < $2
