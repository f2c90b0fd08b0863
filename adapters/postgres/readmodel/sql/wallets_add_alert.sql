INSERT INTO {schema}.alert (id, wallet_id, owner, asset, below, above, version, created_at)
SELECT @id, id, owner, @asset, @below::text::numeric, @above::text::numeric, @version, @at
  FROM {schema}.wallet
 WHERE id = @wallet_id
