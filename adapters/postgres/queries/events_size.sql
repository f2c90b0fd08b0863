-- About how many bytes a run of events takes in a message, by the journal's own measure.
SELECT coalesce(sum(300 + octet_length(data::text) + 100 * coalesce(json_array_length(postings), 0)), 0)::bigint
FROM events
WHERE shard = $1 AND position > $2 AND position <= $2::bigint + $3::bigint
