INSERT INTO {schema}.withdrawal (position, wallet_id, owner, status, version)
VALUES (@position, @wallet_id, @owner, @status, @position)
