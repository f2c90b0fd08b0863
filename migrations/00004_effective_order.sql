-- +goose Up

-- The last position recorded before a time; 0 when there is none. Recorded time never runs
-- backwards in a shard, so a search by halves over the primary key finds it without an index. Most
-- who ask, ask about now: the end is looked at first.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION journal_position_before(in_shard smallint, in_time timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    low  bigint := 0; -- recorded before in_time, or 0
    high bigint;      -- not before, or past the end
    mid  bigint;
BEGIN
    SELECT position + 1, CASE WHEN recorded_at < in_time THEN position ELSE 0 END INTO high, low
      FROM shard_head WHERE shard = in_shard;
    WHILE high - low > 1 LOOP
        mid := (low + high) / 2;
        IF (SELECT recorded_at < in_time FROM events WHERE shard = in_shard AND position = mid) THEN
            low := mid;
        ELSE
            high := mid;
        END IF;
    END LOOP;
    RETURN low;
END
$$;
-- +goose StatementEnd

-- Of what counts from when it was recorded, the last position that lies up to a place by effective
-- time, where a place is a time and, within it, a position: everything recorded before the time,
-- and of what was recorded at it that up to the position.
-- +goose StatementBegin
CREATE FUNCTION journal_position_up_to(in_shard smallint, in_time timestamptz, in_position bigint) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- Most places are those of what was recorded there.
    IF (SELECT recorded_at = in_time FROM events WHERE shard = in_shard AND position = in_position) THEN
        RETURN in_position;
    END IF;
    RETURN greatest(journal_position_before(in_shard, in_time),
                    least(in_position, journal_position_before(in_shard, in_time + interval '1 microsecond')));
END
$$;
-- +goose StatementEnd

-- The digest by which the entries of an account in an asset are found, as readmodel makes it too.
CREATE FUNCTION entry_key(of_ledger text, address text, asset text) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN encode(substring(sha256(convert_to(of_ledger, 'UTF8') || '\x00'::bytea || convert_to(address, 'UTF8')
    || '\x00'::bytea || convert_to(asset, 'UTF8')) FOR 16), 'hex')::uuid;
