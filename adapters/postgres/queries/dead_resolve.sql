UPDATE dead_letters
SET resolution = $2, resolved_at = clock_timestamp(), resolved_by = $3, resolution_reason = $4, requeued_as = $5
WHERE command_id = $1
RETURNING command_id, at, command, reason, resolution, resolved_at, resolved_by, resolution_reason, requeued_as
