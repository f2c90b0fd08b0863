SELECT position, payment, coalesce(decided, 0) FROM {payments}.review WHERE position = @position
