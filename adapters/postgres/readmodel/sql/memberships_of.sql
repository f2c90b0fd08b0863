SELECT user_id, status, plan, until FROM {memberships}.member WHERE user_id = ANY(@user_ids)
