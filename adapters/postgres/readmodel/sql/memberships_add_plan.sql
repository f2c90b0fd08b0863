INSERT INTO {schema}.plan (code, offer, active, period, version, created_at) VALUES (@code, @offer, @active, @period, @version, @at)
