SELECT position, type, message, message_id, at
  FROM {messages}.mailbox_change
 WHERE owner = @owner AND position > @after
 ORDER BY position
 LIMIT @limit
