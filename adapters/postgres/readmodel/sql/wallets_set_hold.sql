UPDATE {schema}.hold
   SET captured  = @captured::text::numeric,
       released  = @released::text::numeric,
       remaining = @remaining::text::numeric,
       status    = @status,
       version   = @version
 WHERE id = @id
