SELECT p.id, p.status, coalesce(p.email_token, ''), p.email, p.confirmed, p.pending_email, p.name, p.roles, p.version, p.created_at, p.erased_at
  FROM {memberships}.member m
  JOIN {users}.person p ON p.id = m.user_id
 WHERE m.status = @membership
   AND m.user_id < @after -- ids are made of times: their order is the one in which people registered
   AND (@role = '' OR @role = ANY (p.roles))
   AND p.created_at > @created_after::timestamptz
   AND p.created_at < @created_before::timestamptz
 ORDER BY m.user_id DESC
 LIMIT @limit
