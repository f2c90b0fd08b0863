INSERT INTO {schema}.person_role (role, created_at, id)
SELECT role, p.created_at, p.id
  FROM {schema}.person p CROSS JOIN unnest(p.roles) AS role
 WHERE p.id = @id
