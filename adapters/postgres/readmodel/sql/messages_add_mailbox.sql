-- Gives messages to those who have them, in the order of the index, and tells them.
WITH n AS MATERIALIZED (
    SELECT *
      FROM unnest(@owners::text[], @positions::bigint[], @ids::text[], @boxes::text[], @counterparts::text[], @threads::bigint[],
                  @unread::boolean[], @keys::bytea[], @subjects::text[], @bodies::text[], @times::timestamptz[])
        AS n (owner, position, id, box, counterpart, thread, unread, key, subject, body, at)
), words AS (
    INSERT INTO {schema}.mailbox_words (owner, position, subject, body)
    SELECT owner, position, subject::tsvector, body::tsvector FROM n
), told AS (
    INSERT INTO {schema}.mailbox_change (owner, position, message, message_id, type, at)
    SELECT owner, position, position, id, CASE box WHEN 'inbox' THEN 'received' ELSE 'sent' END, at FROM n
)
INSERT INTO {schema}.mailbox (owner, position, box, counterpart, thread, unread, key)
SELECT owner, position, box, counterpart, thread, unread, key FROM n
