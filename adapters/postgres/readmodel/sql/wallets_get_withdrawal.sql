SELECT position, version FROM {wallets}.withdrawal WHERE position = @position
