-- Waits for whoever is giving the same address a token, and leaves theirs.
INSERT INTO email_address (digest, token) VALUES ($1, $2)
ON CONFLICT (digest) DO NOTHING
