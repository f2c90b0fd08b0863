DELETE FROM refresh_tokens
 WHERE digest IN (SELECT digest FROM refresh_tokens WHERE issued_at < now() - $1::interval ORDER BY issued_at LIMIT $2 FOR UPDATE SKIP LOCKED)
