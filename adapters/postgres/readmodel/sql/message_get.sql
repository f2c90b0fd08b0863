SELECT {message_columns}
  FROM {messages}.mailbox b
  JOIN {messages}.message m USING (position)
 WHERE b.owner = @owner AND b.position = @position AND m.id = @id
