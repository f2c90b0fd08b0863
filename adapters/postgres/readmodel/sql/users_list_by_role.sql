SELECT p.id, p.status, coalesce(p.email_token, ''), p.email, p.confirmed, p.pending_email, p.name, p.roles, p.version, p.created_at, p.erased_at
  FROM (SELECT r.id, r.created_at
          FROM {users}.person_role r
         WHERE r.role = @role
           AND r.created_at > @created_after::timestamptz
           AND r.created_at < @created_before::timestamptz
           AND (@membership::text = '' OR @membership = coalesce((SELECT m.status FROM {memberships}.member m WHERE m.user_id = r.id), 'none'))
           AND (r.created_at, r.id) < (CASE @after::text WHEN '~' THEN @created_before ELSE (SELECT created_at FROM {users}.person WHERE id = @after) END, @after)
         ORDER BY r.created_at DESC, r.id DESC
         LIMIT @limit) r
  JOIN {users}.person p USING (id)
 ORDER BY r.created_at DESC, r.id DESC
