UPDATE {schema}.review SET status = @status, decided = @decided WHERE payment = @payment AND decided IS NULL
