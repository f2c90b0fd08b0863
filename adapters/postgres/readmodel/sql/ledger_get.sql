SELECT name, description, position, created_at FROM {accounts}.ledger WHERE name = @name
