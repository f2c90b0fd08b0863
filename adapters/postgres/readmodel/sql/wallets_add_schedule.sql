INSERT INTO {schema}.schedule (id, owner, wallet_id, maker, transfer, timing, standing, status, next_at, version, created_at)
VALUES (@id, @owner, @wallet_id, @maker::json, @transfer::json, @timing::json, @standing::json, @status, @next_at, @version, @at)
