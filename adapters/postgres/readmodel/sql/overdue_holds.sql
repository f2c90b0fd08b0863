SELECT n.looked, h.detail
  FROM (SELECT count(*) AS looked FROM {schema}.hold WHERE status = 'open' AND expires_at IS NOT NULL) n
  LEFT JOIN (SELECT format('%s of %s should have expired at %s', id, wallet_id, expires_at) AS detail
               FROM {schema}.hold WHERE status = 'open' AND expires_at < @before ORDER BY expires_at LIMIT @limit) h ON true
