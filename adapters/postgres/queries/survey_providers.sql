-- Payment providers that were ever left without an answer, or that somebody waits for: whether each is down, and for how
-- many calls it is waited.
SELECT provider, coalesce(bool_or(down), false), sum(waiting)::int
  FROM (SELECT provider, down_at IS NOT NULL AS down, 0 AS waiting FROM payment_providers
        UNION ALL
        SELECT provider, NULL, 1 FROM (SELECT provider FROM payment_calls LIMIT $1) AS calls) AS heard
 GROUP BY provider ORDER BY provider;
