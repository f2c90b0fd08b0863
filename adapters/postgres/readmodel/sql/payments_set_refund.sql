UPDATE {schema}.refund SET version = @version, status = @status WHERE position = @position
