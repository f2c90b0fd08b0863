INSERT INTO {schema}.membership (id, user_id, plan, status, about, standing, next_at, version)
VALUES (@id, @user_id, @plan, @status, @about, @standing, @next_at, @version)
ON CONFLICT (id) DO UPDATE
   SET plan = excluded.plan, status = excluded.status, standing = excluded.standing, next_at = excluded.next_at, version = excluded.version
