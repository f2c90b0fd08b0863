SELECT version
  FROM {memberships}.membership
 WHERE status = 'pending'
 ORDER BY version
 LIMIT 1
