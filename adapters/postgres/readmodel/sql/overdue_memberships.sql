SELECT n.looked, m.detail
  FROM (SELECT count(*) AS looked FROM {schema}.membership WHERE next_at IS NOT NULL) n
  LEFT JOIN (SELECT format('%s has had nothing booked since %s', id, next_at) AS detail
               FROM {schema}.membership WHERE next_at < @before ORDER BY next_at LIMIT @limit) m ON true
