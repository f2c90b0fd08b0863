UPDATE {schema}.wallet
   SET name      = coalesce(@name, name),
       metadata  = CASE WHEN @sets_metadata THEN @metadata::json ELSE metadata END,
       time_zone = coalesce(@time_zone, time_zone),
       version   = @version
 WHERE id = @id
