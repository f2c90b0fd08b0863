SELECT position, version, amount::text, messages FROM {payments}.suspense WHERE position = @position
