SELECT id, status, coalesce(email_token, ''), email, confirmed, pending_email, name, roles, version, created_at, erased_at
  FROM {users}.person p
 WHERE created_at > @created_after::timestamptz
   AND created_at < @created_before::timestamptz
   AND (@membership::text = '' OR @membership = coalesce((SELECT m.status FROM {memberships}.member m WHERE m.user_id = p.id), 'none'))
   AND (created_at, id) < (CASE @after::text WHEN '~' THEN @created_before ELSE (SELECT created_at FROM {users}.person WHERE id = @after) END, @after)
 ORDER BY created_at DESC, id DESC
 LIMIT @limit
