-- Each endpoint has a number of places, and as many of its deliveries that are due are taken in hand: for as long as
-- an attempt may take, they are due no more. Who takes the same at the same time passes them by.
WITH due AS MATERIALIZED (
    SELECT d.endpoint_id, d.event_id
      FROM unnest($1::text[], $2::int[]) AS room (endpoint_id, places)
     CROSS JOIN LATERAL (
        SELECT endpoint_id, event_id
          FROM webhook_deliveries
         WHERE endpoint_id = room.endpoint_id AND status = 'pending' AND next_at <= $3
         ORDER BY next_at
         LIMIT room.places
           FOR UPDATE SKIP LOCKED
     ) AS d
)
UPDATE webhook_deliveries AS d
   SET next_at = $4, attempts = attempts + 1, tries = tries + 1, last_at = $3
  FROM due
 WHERE d.endpoint_id = due.endpoint_id AND d.event_id = due.event_id AND d.status = 'pending'
RETURNING d.endpoint_id, d.event_id, d.event_type, d.event_at, d.status, d.attempts, d.tries, d.last_code, d.last_failure, d.last_took_ms,
    d.last_at, d.next_at, d.give_up_at, d.created_at
