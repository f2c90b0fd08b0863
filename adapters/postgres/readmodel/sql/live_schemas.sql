SELECT name, generation FROM projection_live
