SELECT id, owner, name, status, metadata, time_zone, credit, spending, version, created_at
  FROM {wallets}.wallet w
 WHERE owner = @owner
   AND id < @after
   AND (@status = '' OR status = @status)
   AND (@asset = '' OR EXISTS (SELECT FROM {accounts}.balance
                                WHERE ledger = 'main' AND address = 'liabilities:wallets:' || w.id || ':available' AND asset = @asset))
 ORDER BY id DESC
 LIMIT @limit
