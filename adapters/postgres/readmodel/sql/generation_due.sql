-- Whether the event is to be tried now, or is past.
SELECT coalesce(retry_at <= clock_timestamp(), false) OR position >= @position
  FROM projection_generation
 WHERE name = @name AND generation = @generation
