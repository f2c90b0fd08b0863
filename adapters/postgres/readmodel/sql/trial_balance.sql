-- One statement, one snapshot: the rows and the position they stand for belong together.
SELECT (SELECT position FROM projection_generation g WHERE g.name = 'accounts' AND 'p_accounts_' || g.generation = '{accounts}'),
       array_to_string((string_to_array(b.address, ':'))[1:@depth], ':') COLLATE "C" AS account,
       b.asset,
       sum(b.debits)::text,
       sum(b.credits)::text
  FROM {accounts}.balance b
 WHERE b.ledger = @ledger
   AND (@asset = '' OR b.asset = @asset)
 GROUP BY 2, 3
 ORDER BY 2, 3
 LIMIT @limit
