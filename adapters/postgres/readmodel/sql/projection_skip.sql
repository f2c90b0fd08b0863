-- With what it could not be taken for, by whichever of the generations that stand before it.
INSERT INTO projection_skip (name, position, reason, actor, error, stuck_since)
SELECT @name, @position::bigint, @reason::text, @actor::text, coalesce(stuck_why, ''), stuck_since
  FROM projection_generation
 WHERE name = @name AND retired_at IS NULL AND position = @position::bigint - 1 AND stuck_at = @position
 ORDER BY stuck_since LIMIT 1
ON CONFLICT (name, position) DO NOTHING
