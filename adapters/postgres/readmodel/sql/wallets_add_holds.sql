INSERT INTO {schema}.hold (id, wallet_id, asset, amount, captured, released, remaining, status, to_wallet, to_account,
                           expires_at, description, metadata, version, created_at)
SELECT id, wallet_id, asset, amount, captured, released, remaining, status, to_wallet, to_account,
       expires_at, description, metadata::json, version, created_at
  FROM unnest(@ids::text[], @wallets::text[], @assets::text[], @amounts::text[]::numeric[], @captured::text[]::numeric[],
              @released::text[]::numeric[], @remaining::text[]::numeric[], @statuses::text[], @to_wallets::text[],
              @to_accounts::text[], @expires::timestamptz[], @descriptions::text[], @metadata::text[], @versions::bigint[],
              @times::timestamptz[])
    AS n (id, wallet_id, asset, amount, captured, released, remaining, status, to_wallet, to_account,
          expires_at, description, metadata, version, created_at)
