UPDATE projection_generation
   SET stuck_at = @position, stuck_why = @why
 WHERE name = @name AND generation = @generation AND position = @position::bigint - 1
