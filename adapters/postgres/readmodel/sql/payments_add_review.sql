INSERT INTO {schema}.review (position, payment, wallet_id, status) VALUES (@position, @payment, @wallet_id, @status)
