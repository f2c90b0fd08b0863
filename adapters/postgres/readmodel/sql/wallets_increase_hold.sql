UPDATE {schema}.hold
   SET amount    = @amount::text::numeric,
       remaining = @remaining::text::numeric,
       version   = @version
 WHERE id = @id
