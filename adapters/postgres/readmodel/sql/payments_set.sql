UPDATE {schema}.payment
   SET status = @status, provider_ref = nullif(@provider_ref, ''), intent = nullif(@intent, ''),
       opened = CASE WHEN @opens THEN @version::bigint ELSE opened END,
       judged = CASE WHEN @judges THEN @version::bigint ELSE judged END, version = @version
 WHERE position = @position
