WITH open AS (SELECT position FROM {payments}.review WHERE status = @status LIMIT @most)
SELECT (SELECT count(*) FROM open),
       (SELECT recorded_at FROM events WHERE shard = 0 AND position = (SELECT min(position) FROM {payments}.review WHERE status = @status))
