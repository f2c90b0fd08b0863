-- The row of a body, which is made unless it is there. None comes back when somebody else's insert
-- of it was waited for: it is not in this statement's snapshot, and will be in the next one's.
WITH there AS (
    SELECT id FROM provider_events
     WHERE provider = $1 AND event_id = $2 AND sha256(body) = sha256($3)
), made AS (
    INSERT INTO provider_events (provider, event_id, body, api_version, livemode)
    SELECT $1, $2, $3, $4, $5
     WHERE NOT EXISTS (SELECT FROM there)
    ON CONFLICT (provider, event_id, sha256(body)) DO NOTHING
    RETURNING id
)
SELECT id FROM there UNION ALL SELECT id FROM made
