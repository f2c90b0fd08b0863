SELECT name, description, position, created_at FROM {accounts}.ledger WHERE name > @after ORDER BY name LIMIT @limit
