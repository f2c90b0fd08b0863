SELECT count(*) FROM (SELECT FROM {messages}.mailbox WHERE owner = @owner AND unread LIMIT @limit) unread
