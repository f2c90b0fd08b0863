UPDATE {schema}.person
   SET email_token   = @email_token,
       email         = @email,
       confirmed     = true,
       pending_email = CASE WHEN @replaces THEN NULL ELSE pending_email END,
       version       = @version
 WHERE id = @id
