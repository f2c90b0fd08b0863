UPDATE projection_generation
   SET stuck_since = CASE WHEN stuck_at = @position THEN coalesce(stuck_since, clock_timestamp()) ELSE clock_timestamp() END,
       stuck_tries = CASE WHEN stuck_at = @position THEN stuck_tries + 1 ELSE 1 END,
       stuck_at = @position, stuck_why = @why, retry_at = clock_timestamp() + make_interval(secs => @pause),
       requeued_at = NULL, requeued_by = NULL, requeue_reason = NULL
 WHERE name = @name AND generation = @generation AND position = @position::bigint - 1
