INSERT INTO {schema}.asset (code, scale, position, created_at) VALUES (@code, @scale, @position, @at)
