DELETE FROM {schema}.suspense WHERE position = @position AND messages > 0
