UPDATE {schema}.withdrawal SET status = @status, version = @version WHERE position = @position
