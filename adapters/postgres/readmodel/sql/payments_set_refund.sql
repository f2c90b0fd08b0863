UPDATE {schema}.refund SET version = @version WHERE position = @position
