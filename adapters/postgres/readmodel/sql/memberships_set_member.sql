INSERT INTO {schema}.member (user_id, status, plan, until) VALUES (@user_id, @status, @plan, @until)
ON CONFLICT (user_id) DO UPDATE SET status = excluded.status, plan = excluded.plan, until = excluded.until
