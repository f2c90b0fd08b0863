UPDATE {schema}.wallet
   SET spending = CASE WHEN @limit::text = '{}' THEN spending - @asset::text
                       ELSE spending || jsonb_build_object(@asset::text, @limit::text::jsonb) END,
       version  = @version
 WHERE id = @id
