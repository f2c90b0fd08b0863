SELECT position, coalesce(opened, 0), version FROM {payments}.payment WHERE position = @position
