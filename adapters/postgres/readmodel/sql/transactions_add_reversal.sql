INSERT INTO {schema}.reversal (position, by_id) VALUES (@position, @by_id)
