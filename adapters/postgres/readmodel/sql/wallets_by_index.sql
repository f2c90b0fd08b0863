-- Until wallets_by_plan: each row that changes is found by its index. A plan kept from when the table was small would
-- read all of it when it is large, and so would one that joins by hashing.
SELECT set_config('plan_cache_mode', 'force_custom_plan', true),
       set_config('enable_hashjoin', 'off', true),
       set_config('enable_mergejoin', 'off', true)
