UPDATE {schema}.wallet
   SET credit = credit || jsonb_build_object(@asset::text, @amount::text), version = @version
 WHERE id = @id
