SELECT min(created_at) FROM webhook_deliveries WHERE status = 'pending'
