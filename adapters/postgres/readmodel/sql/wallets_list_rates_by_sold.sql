SELECT sold, bought, rate, spread, min_amount, valid_for, version, created_at, updated_at
  FROM {wallets}.exchange_rate
 WHERE sold = @from
   AND bought > @after_to
 ORDER BY bought
 LIMIT @limit
