UPDATE reactor_checkpoint
   SET retry_at = clock_timestamp(), requeued_at = clock_timestamp(), requeued_by = $4, requeue_reason = $3
 WHERE reactor = $1 AND stuck_at = $2 AND position < $2
