INSERT INTO {schema}.hold (id, wallet_id, asset, amount, captured, released, remaining, status, to_wallet, to_account,
                           expires_at, description, metadata, version, created_at)
VALUES (@id, @wallet_id, @asset, @amount::text::numeric, @captured::text::numeric, @released::text::numeric,
        @remaining::text::numeric, @status, @to_wallet, @to_account, @expires_at, @description, @metadata::json, @version, @at)
