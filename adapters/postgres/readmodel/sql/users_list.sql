SELECT id, status, coalesce(email_token, ''), email, confirmed, pending_email, name, roles, version, created_at, erased_at
  FROM {users}.person
 WHERE created_at > @created_after::timestamptz
   AND created_at < @created_before::timestamptz
   AND (created_at, id) < (CASE @after::text WHEN '~' THEN @created_before ELSE (SELECT created_at FROM {users}.person WHERE id = @after) END, @after)
 ORDER BY created_at DESC, id DESC
 LIMIT @limit
