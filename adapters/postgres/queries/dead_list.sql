SELECT command_id, at, command, reason, resolution, resolved_at, resolved_by, resolution_reason, requeued_as
FROM dead_letters
WHERE shard = $1
    AND ($2::boolean OR resolved_at IS NULL)
    AND ($3::timestamptz IS NULL OR (at, command_id) < ($3, $4::uuid))
ORDER BY at DESC, command_id DESC
LIMIT $5
