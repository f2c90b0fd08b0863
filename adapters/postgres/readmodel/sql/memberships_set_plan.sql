UPDATE {schema}.plan SET offer = @offer, active = @active, version = @version WHERE code = @code
