SELECT id FROM unnest($1::uuid[]) AS n (id) WHERE NOT EXISTS (SELECT FROM outcomes o WHERE o.command_id = n.id)
