INSERT INTO projection_generation (name, generation, version, paused)
SELECT @name, coalesce(max(generation), 0) + 1, @version, EXISTS (SELECT FROM projection_pause WHERE name = @name)
  FROM projection_generation
 WHERE name = @name
RETURNING generation
