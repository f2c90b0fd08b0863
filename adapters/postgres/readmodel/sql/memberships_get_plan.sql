SELECT code, offer, period, version, created_at FROM {memberships}.plan WHERE code = @code
