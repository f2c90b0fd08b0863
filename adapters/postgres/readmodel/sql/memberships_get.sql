SELECT about, standing, version FROM {memberships}.membership WHERE id = @id
