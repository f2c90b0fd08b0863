-- For this transaction: a plan kept from when a table was small would read all of it when it is large.
SELECT set_config('plan_cache_mode', 'force_custom_plan', true)
