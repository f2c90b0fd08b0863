SELECT id, description, to_wallet FROM {wallets}.hold WHERE id = ANY (@ids)
