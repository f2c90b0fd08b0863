-- Keeps what a message said, and lets it say something else. What is NULL stays.
WITH before AS (
    INSERT INTO {schema}.message_edit (message, position, subject, body, written_at, replaced_at)
    SELECT position, @position::bigint, subject, body, coalesce(edited_at, created_at), @at::timestamptz FROM {schema}.message WHERE position = @message
), told AS (
    INSERT INTO {schema}.mailbox_change (owner, position, message, message_id, type, at)
    SELECT owner, @position::bigint, position, @id::text, 'edited', @at::timestamptz
      FROM {schema}.mailbox WHERE owner IN (@sender, @recipient) AND position = @message
)
UPDATE {schema}.message
   SET subject   = coalesce(@subject::bytea, subject),
       body      = coalesce(@body::bytea, body),
       edited_at = @at::timestamptz,
       edits     = edits + 1,
       version   = @position::bigint
 WHERE position = @message
