INSERT INTO {schema}.suspense AS s (position, version, messages, key) VALUES (@position, @version, 1, @key)
ON CONFLICT (position) DO UPDATE SET messages = s.messages + 1, version = excluded.version
