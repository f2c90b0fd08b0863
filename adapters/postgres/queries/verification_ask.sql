INSERT INTO verifications (asked_by) VALUES ($1) ON CONFLICT DO NOTHING
