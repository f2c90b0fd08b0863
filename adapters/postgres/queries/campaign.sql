-- Takes the lease if it is free, lapsed, or the holder's own, on this server's clock. So it is if it ends later than any
-- that this clock gives: a clock that was ahead gave it.
INSERT INTO lease (shard, holder, until)
VALUES ($1, $2, clock_timestamp() + $3::interval)
ON CONFLICT (shard) DO UPDATE
SET holder = excluded.holder, until = excluded.until
WHERE lease.holder = excluded.holder OR lease.until < clock_timestamp() OR lease.until > clock_timestamp() + $4::interval
