SELECT d.position, d.updated, coalesce(d.figures, 0), d.version, coalesce(d.fee::text, ''), coalesce(d.fee_asset, ''),
       coalesce((SELECT position FROM {payments}.payment p WHERE p.intent = d.payment ORDER BY position LIMIT 1), 0)
  FROM {payments}.dispute d
