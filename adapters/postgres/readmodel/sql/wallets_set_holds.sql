UPDATE {schema}.hold h
   SET amount    = coalesce(n.amount, h.amount),
       captured  = n.captured,
       released  = n.released,
       remaining = n.remaining,
       status    = n.status,
       version   = n.version
  FROM unnest(@ids::text[], @amounts::text[]::numeric[], @captured::text[]::numeric[], @released::text[]::numeric[],
              @remaining::text[]::numeric[], @statuses::text[], @versions::bigint[])
    AS n (id, amount, captured, released, remaining, status, version)
 WHERE h.id = n.id
