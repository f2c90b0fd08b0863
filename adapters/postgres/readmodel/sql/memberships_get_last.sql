SELECT about, standing, version FROM {memberships}.membership WHERE user_id = @user_id ORDER BY id DESC LIMIT 1
