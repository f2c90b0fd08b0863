SELECT position FROM {payments}.payment ORDER BY position LIMIT 1
