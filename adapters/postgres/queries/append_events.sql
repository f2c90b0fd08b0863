INSERT INTO events (
    shard, position, epoch, number, recorded_at, effective_at, schema, command_id, correlation,
    ledger, stream, type, actor, trace, nonce, prev_hash, leaf_hash, data, postings
)
SELECT
    $1::smallint, $2::bigint + e.n, $3::integer, e.number, e.recorded_at, e.effective_at, e.schema, e.command_id, e.correlation,
    e.ledger, e.stream, e.type, e.actor, e.trace, e.nonce, e.prev_hash, e.leaf_hash, e.data, e.postings
FROM unnest(
    $4::bigint[], $5::timestamptz[], $6::timestamptz[], $7::smallint[], $8::uuid[], $9::uuid[],
    $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::bytea[], $16::bytea[], $17::bytea[],
    $18::json[], $19::json[]
) WITH ORDINALITY AS e (
    number, recorded_at, effective_at, schema, command_id, correlation,
    ledger, stream, type, actor, trace, nonce, prev_hash, leaf_hash, data, postings, n
)
