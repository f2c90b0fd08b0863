SELECT code, scale, position, created_at FROM {accounts}.asset ORDER BY code
