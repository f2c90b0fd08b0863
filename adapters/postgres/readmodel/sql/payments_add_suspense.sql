WITH changed AS (
    UPDATE {schema}.suspense SET amount = amount + @amount::numeric, version = @version
     WHERE key = @key AND messages = 0
    RETURNING position)
INSERT INTO {schema}.suspense (position, version, amount, messages, key)
SELECT @version, @version, @amount::numeric, 0, @key
 WHERE NOT EXISTS (SELECT FROM changed)
ON CONFLICT (position) DO NOTHING
