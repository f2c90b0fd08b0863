-- The next refresh token of a session, which goes on for a while, but not beyond its longest life.
WITH issued AS (
    INSERT INTO refresh_tokens (digest, session_id, issued_at) VALUES ($2, $1, now())
)
UPDATE sessions
   SET refreshed_at = now(), expires_at = least(now() + $3::interval, created_at + $4::interval)
 WHERE id = $1
RETURNING expires_at
