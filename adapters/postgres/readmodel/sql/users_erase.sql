UPDATE {schema}.person
   SET status        = @status,
       email_token   = NULL,
       email         = NULL,
       confirmed     = false,
       pending_email = NULL,
       name          = NULL,
       roles         = '{}',
       version       = @version,
       erased_at     = @at
 WHERE id = @id
