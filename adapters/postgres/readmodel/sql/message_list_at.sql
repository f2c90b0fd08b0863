SELECT {message_columns}
  FROM (SELECT DISTINCT unnest(@positions::bigint[]) AS position OFFSET 0) n
  JOIN {messages}.mailbox b ON b.owner = @owner AND b.position = n.position
  JOIN {messages}.message m ON m.position = b.position
 ORDER BY m.position DESC
