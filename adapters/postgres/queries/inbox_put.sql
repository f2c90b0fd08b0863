-- A command that was answered in between is put in all the same; the writer finds its outcome and
-- settles it.
INSERT INTO inbox (command_id, shard, body)
SELECT $1, $2, $3
WHERE NOT EXISTS (SELECT FROM outcomes WHERE command_id = $1)
ON CONFLICT DO NOTHING
