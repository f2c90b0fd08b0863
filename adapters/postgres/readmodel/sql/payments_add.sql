INSERT INTO {schema}.payment (position, wallet_id, owner, status, version)
VALUES (@position, @wallet_id, @owner, @status, @position)
