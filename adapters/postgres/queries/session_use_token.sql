UPDATE refresh_tokens SET used_at = now() WHERE digest = $1 AND used_at IS NULL
