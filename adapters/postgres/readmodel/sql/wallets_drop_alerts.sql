DELETE FROM {schema}.alert WHERE wallet_id = @wallet_id
