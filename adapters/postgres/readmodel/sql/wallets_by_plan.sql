-- What comes after in this transaction is planned as ever.
SELECT set_config('plan_cache_mode', 'auto', true),
       set_config('enable_hashjoin', 'on', true),
       set_config('enable_mergejoin', 'on', true)
