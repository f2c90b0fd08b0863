SELECT address, asset, (credits - debits)::float8
  FROM {accounts}.balance
 WHERE ledger = 'main' AND address >= 'liabilities:suspense' AND address < 'liabilities:suspense;' -- what follows a colon
 ORDER BY address, asset LIMIT @most
