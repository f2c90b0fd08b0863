SELECT position, by_id FROM {transactions}.reversal WHERE position = ANY (@positions)
