SELECT e.subject, e.body, b.key, e.written_at, e.replaced_at
  FROM {messages}.mailbox b
  JOIN {messages}.message m USING (position)
  JOIN {messages}.message_edit e ON e.message = m.position
 WHERE b.owner = @owner AND b.position = @position AND m.id = @id
 ORDER BY e.position DESC
 LIMIT @limit
