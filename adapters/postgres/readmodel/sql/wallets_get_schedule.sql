SELECT id, owner, maker, transfer, timing, standing, last, version, created_at FROM {wallets}.schedule WHERE id = @id
