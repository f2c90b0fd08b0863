-- What comes into a wallet comes into its available first, so that one that was ever posted to in an asset has
-- a balance there. Balances are in the order of addresses, which is that of wallets.
SELECT w.id, w.owner, w.name, w.status, w.metadata, w.time_zone, w.credit, w.spending, w.version, w.created_at
  FROM {accounts}.balance b
  JOIN {wallets}.wallet w ON w.id = split_part(b.address, ':', 3)
 WHERE b.ledger = 'main'
   AND b.asset = @asset
   AND b.address > 'liabilities:wallets:'
   AND b.address < 'liabilities:wallets:' || @after::text
   AND b.address LIKE '%:available'
   AND (@status = '' OR w.status = @status)
 ORDER BY b.address DESC
 LIMIT @limit
