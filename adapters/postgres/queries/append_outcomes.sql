INSERT INTO outcomes (shard, at, first, position, count, status, command_id, hash, type, caller, refusal, result)
SELECT $1::smallint, o.at, o.first, o.position, o.count, o.status, o.command_id, o.hash, o.type, o.caller, o.refusal, o.result
FROM unnest(
    $2::timestamptz[], $3::bigint[], $4::bigint[], $5::integer[], $6::"char"[], $7::uuid[], $8::bytea[],
    $9::text[], $10::text[], $11::json[], $12::json[]
) AS o (at, first, position, count, status, command_id, hash, type, caller, refusal, result)
