SELECT id, name, roles, expires_at, revoked_at, created_at
  FROM {users}.api_key
 WHERE id < @after
 ORDER BY id DESC
 LIMIT @limit
