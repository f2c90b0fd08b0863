SELECT command_id, at, command, reason, resolution, resolved_at, resolved_by, resolution_reason, requeued_as
FROM dead_letters
WHERE command_id = $1
