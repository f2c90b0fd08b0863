INSERT INTO {schema}.dispute AS d (position, updated, version, provider, ref, payment, wallet_id, status)
VALUES (@version, @version, @version, @provider, @ref, @payment, nullif(@wallet_id, ''), @status)
ON CONFLICT (provider, ref) DO UPDATE SET updated = excluded.version, version = excluded.version, status = excluded.status,
       wallet_id = coalesce(excluded.wallet_id, d.wallet_id)
