-- Only where nothing was digested yet: what was, nobody could find under another pepper.
INSERT INTO pepper (master, wrapped)
SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM email_address)
ON CONFLICT (sole) DO NOTHING
