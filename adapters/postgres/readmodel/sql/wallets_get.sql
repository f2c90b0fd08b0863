SELECT id, owner, name, status, metadata, credit, version, created_at FROM {wallets}.wallet WHERE id = @id
