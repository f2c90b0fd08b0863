INSERT INTO {schema}.message (position, id, sender, recipient, kind, thread_id, in_reply_to, subject, body, topic, about,
                              created_at, read_at, version)
SELECT position, id, sender, recipient, kind, thread_id, in_reply_to, subject, body, topic, about,
       at, CASE WHEN kind = 'note' THEN at END, position
  FROM unnest(@positions::bigint[], @ids::text[], @senders::text[], @recipients::text[], @kinds::text[], @thread_ids::text[],
              @in_reply_tos::text[], @subjects::bytea[], @bodies::bytea[], @topics::text[], @abouts::text[], @times::timestamptz[])
    AS n (position, id, sender, recipient, kind, thread_id, in_reply_to, subject, body, topic, about, at)
