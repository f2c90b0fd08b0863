-- The keys of messages, as they were sealed for those who have them.
SELECT b.owner, b.position, b.key
  FROM unnest(@owners::text[], @positions::bigint[]) AS n (owner, position)
  JOIN {schema}.mailbox b USING (owner, position)
