-- The token that there is, or a new one; it waits for whoever is giving the same address one. The row is written
-- in any case: who registers must not learn from the time that it takes whether an address is known.
INSERT INTO email_address (digest, token) VALUES ($1, $2)
ON CONFLICT (digest) DO UPDATE SET token = email_address.token
RETURNING token
