UPDATE {schema}.alert SET fired = fired + 1, last_fired_at = @at, version = @version WHERE id = @id
