-- Takes everything from somebody, and away what nobody else has.
WITH gone AS (
    DELETE FROM {schema}.mailbox WHERE owner = @owner RETURNING owner, position
), words AS (
    DELETE FROM {schema}.mailbox_words WHERE owner = @owner
), changes AS (
    DELETE FROM {schema}.mailbox_change WHERE owner = @owner
)
DELETE FROM {schema}.message m
 USING gone
 WHERE m.position = gone.position
   AND NOT EXISTS (SELECT FROM {schema}.mailbox b
                    WHERE b.owner IN (m.sender, m.recipient) AND b.owner <> gone.owner AND b.position = m.position)
