SELECT journal_advance(
    $1::smallint, $2::bigint, $3::bigint, $4::bigint, $5::bytea, $6::bigint, $7::bytea, $8::timestamptz,
    $9::bigint, $10::bigint, $11::timestamptz, $12::bigint * interval '1 microsecond'
)
