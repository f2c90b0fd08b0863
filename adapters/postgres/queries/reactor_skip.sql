-- Its checkpoint moves past the one event that it stands before, whose effect is never made. Everything before that is done.
WITH passed AS (
    UPDATE reactor_checkpoint
       SET position = $2
     WHERE reactor = $1 AND stuck_at = $2 AND position < $2
       AND $2 <= (SELECT position FROM shard_head WHERE shard = $5)
    RETURNING stuck_since, stuck_why
)
INSERT INTO reactor_skip (reactor, position, reason, actor, error, stuck_since)
SELECT $1, $2, $3::text, $4::text, coalesce(stuck_why, ''), stuck_since FROM passed
