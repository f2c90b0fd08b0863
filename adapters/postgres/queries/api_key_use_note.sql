-- Another process may have noted a later one.
INSERT INTO api_key_uses AS u (key_id, used_at) VALUES ($1, $2)
ON CONFLICT (key_id) DO UPDATE SET used_at = excluded.used_at WHERE u.used_at < excluded.used_at
