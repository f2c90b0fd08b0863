UPDATE {schema}.schedule
   SET transfer = coalesce(@transfer::json, transfer),
       timing   = coalesce(@timing::json, timing),
       standing = @standing::json,
       last     = coalesce(@last::json, last),
       status   = @status,
       next_at  = @next_at,
       version  = @version
 WHERE id = @id
