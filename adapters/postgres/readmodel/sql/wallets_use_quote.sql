INSERT INTO {schema}.quote_used (id, transaction_id) VALUES (@id, @transaction_id)
