SELECT key_id, used_at FROM api_key_uses WHERE key_id = ANY ($1::text[])
