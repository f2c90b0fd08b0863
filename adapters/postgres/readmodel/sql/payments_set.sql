UPDATE {schema}.payment
   SET status = @status, provider_ref = nullif(@provider_ref, ''), intent = nullif(@intent, ''),
       opened = CASE WHEN @opens THEN @version::bigint ELSE opened END, version = @version
 WHERE position = @position
