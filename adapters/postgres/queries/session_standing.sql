-- A session with the state of its user and the time here.
SELECT s.id, s.user_id, s.version, s.expires_at, s.revoked_at IS NOT NULL, st.data, now()
  FROM sessions s
  LEFT JOIN state st ON st.key = $2 || s.user_id AND st.shard = 0
 WHERE s.id = $1
