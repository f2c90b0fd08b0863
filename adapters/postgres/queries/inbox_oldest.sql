-- Bodies differ in size by four orders of magnitude, so a page is bounded by their sum.
SELECT command_id, body
FROM (
    SELECT seq, command_id, body, sum(octet_length(body)) OVER (ORDER BY seq) - octet_length(body) AS before
    FROM (SELECT seq, command_id, body FROM inbox WHERE shard = $1 ORDER BY seq LIMIT $2) oldest
) summed
WHERE before < $3
ORDER BY seq
