UPDATE projection_generation
   SET position = @to
 WHERE name = @name AND generation = @generation AND position = @after
