INSERT INTO webhook_deliveries (endpoint_id, event_id, event_type, event_at, status, last_failure, created_at, next_at, give_up_at)
SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[])
ON CONFLICT (endpoint_id, event_id) DO NOTHING
