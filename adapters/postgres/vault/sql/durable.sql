-- A commit that answers before it is on disk is no commit to answer for. Stricter settings stay.
SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'
