-- Takes a message from somebody, and away when nobody else has it.
WITH gone AS (
    DELETE FROM {schema}.mailbox WHERE owner = @owner AND position = @message RETURNING owner, position
), words AS (
    DELETE FROM {schema}.mailbox_words w USING gone WHERE w.owner = gone.owner AND w.position = gone.position
), told AS (
    INSERT INTO {schema}.mailbox_change (owner, position, message, message_id, type, at)
    SELECT owner, @position::bigint, position, @id::text, 'deleted', @at::timestamptz FROM gone
)
DELETE FROM {schema}.message m
 USING gone
 WHERE m.position = gone.position
   AND NOT EXISTS (SELECT FROM {schema}.mailbox b
                    WHERE b.owner IN (m.sender, m.recipient) AND b.owner <> gone.owner AND b.position = m.position)
