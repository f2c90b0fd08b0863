INSERT INTO dead_letters (shard, at, command_id, type, command, reason)
SELECT $1::smallint, d.at, d.command_id, d.type, d.command, d.reason
FROM unnest($2::timestamptz[], $3::uuid[], $4::text[], $5::bytea[], $6::text[])
    AS d (at, command_id, type, command, reason)
