SELECT name, generation, position FROM projection_live JOIN projection_generation USING (name, generation)
