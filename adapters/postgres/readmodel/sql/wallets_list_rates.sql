SELECT sold, bought, rate, spread, min_amount, valid_for, version, created_at, updated_at
  FROM {wallets}.exchange_rate
 WHERE (sold, bought) > (@after_from, @after_to)
 ORDER BY sold, bought
 LIMIT @limit
