-- Waits for whoever is creating the same key, and leaves theirs. A tombstone stays too.
INSERT INTO person_key (person, master, wrapped) VALUES ($1, $2, $3)
ON CONFLICT (person) DO NOTHING
