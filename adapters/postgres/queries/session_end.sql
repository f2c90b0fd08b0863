-- Ending what has ended finds it too: who ends twice may not have heard that it was done.
UPDATE sessions
   SET revoked_at = coalesce(revoked_at, now())
 WHERE id = (SELECT session_id FROM refresh_tokens WHERE digest = $1)
RETURNING id
