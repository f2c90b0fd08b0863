SELECT g.position, p.id IS NOT NULL,
       coalesce(p.id, ''), coalesce(p.status, ''), coalesce(p.email_token, ''), p.email, coalesce(p.confirmed, false), p.pending_email,
       p.name, coalesce(p.roles, '{}'), coalesce(p.version, 0), p.created_at, p.erased_at
  FROM projection_generation g
  LEFT JOIN {users}.person p ON p.id = @id
 WHERE g.name = 'users' AND 'p_users_' || g.generation = '{users}'
