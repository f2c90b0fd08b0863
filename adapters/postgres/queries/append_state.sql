SELECT journal_put_state($1::smallint, $2::text[], $3::bigint[], $4::bigint[], $5::json[])
