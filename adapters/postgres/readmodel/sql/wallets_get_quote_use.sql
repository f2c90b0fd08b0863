SELECT transaction_id FROM {wallets}.quote_used WHERE id = @id
