UPDATE {schema}.dispute
   SET figures = @version, version = @version, wallet_id = coalesce(nullif(@wallet_id, ''), wallet_id),
       fee = CASE WHEN @fee::numeric IS NULL THEN fee ELSE coalesce(fee, 0) + @fee::numeric END,
       fee_asset = coalesce(@fee_asset, fee_asset)
 WHERE provider = @provider AND ref = @ref
