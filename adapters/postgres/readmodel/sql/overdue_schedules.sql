SELECT n.looked, s.detail
  FROM (SELECT count(*) AS looked FROM {schema}.schedule WHERE status = 'active' AND next_at IS NOT NULL) n
  LEFT JOIN (SELECT format('%s should have been paid at %s', id, next_at) AS detail
               FROM {schema}.schedule WHERE status = 'active' AND next_at < @before ORDER BY next_at LIMIT @limit) s ON true
