SELECT status, count(*) FROM {payments}.payment WHERE status = ANY (@statuses) GROUP BY status
