-- A session and its first refresh token.
WITH begun AS (
    INSERT INTO sessions (id, user_id, version, created_at, refreshed_at, expires_at)
    VALUES ($1, $2, $3, now(), now(), now() + least($5::interval, $6::interval))
    RETURNING id, expires_at
), issued AS (
    INSERT INTO refresh_tokens (digest, session_id, issued_at)
    SELECT $4, id, now() FROM begun
)
SELECT expires_at FROM begun
