INSERT INTO {schema}.exchange_rate (sold, bought, rate, spread, min_amount, valid_for, version, created_at, updated_at)
VALUES (@from, @to, @rate, @spread, @min_amount, @valid_for, @version, @created_at, @updated_at)
    ON CONFLICT (sold, bought) DO UPDATE
   SET rate       = excluded.rate,
       spread     = excluded.spread,
       min_amount = excluded.min_amount,
       valid_for  = excluded.valid_for,
       version    = excluded.version,
       updated_at = excluded.updated_at
