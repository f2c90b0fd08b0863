WITH marked AS (
    UPDATE {schema}.mailbox SET unread = false WHERE owner = @recipient AND position = @message
), told AS (
    INSERT INTO {schema}.mailbox_change (owner, position, message, message_id, type, at)
    SELECT owner, @position::bigint, position, @id::text, 'read', @at::timestamptz
      FROM {schema}.mailbox WHERE owner IN (@sender, @recipient) AND position = @message
)
UPDATE {schema}.message SET read_at = @at::timestamptz, version = @position::bigint WHERE position = @message
