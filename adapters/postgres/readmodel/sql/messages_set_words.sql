-- What is NULL stays.
UPDATE {schema}.mailbox_words
   SET subject = coalesce(@subject::text::tsvector, subject),
       body    = coalesce(@body::text::tsvector, body)
 WHERE owner = @owner AND position = @message
