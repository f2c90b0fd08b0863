-- Adds to balances, and opens the accounts that have one for the first time: asking after each account
-- of a batch would cost as much as its balance.
WITH n AS MATERIALIZED (
    SELECT *
      FROM unnest(@ledgers::text[], @addresses::text[], @assets::text[], @touched::bigint[], @debits::text[]::numeric[],
                  @credits::text[]::numeric[], @positions::bigint[], @times::timestamptz[])
        AS n (ledger, address, asset, touched, debits, credits, position, at)
), added AS (
    INSERT INTO {schema}.balance AS b (ledger, address, asset, version, debits, credits)
    SELECT ledger, address, asset, touched, debits, credits FROM n
    ON CONFLICT (ledger, address, asset) DO UPDATE
       SET version = b.version + excluded.version,
           debits  = b.debits + excluded.debits,
           credits = b.credits + excluded.credits
    -- xmax is 0 in a row that was inserted.
    RETURNING ledger, address, asset, xmax = 0 AS opened
)
INSERT INTO {schema}.account (ledger, address, first_position, created_at, version)
SELECT DISTINCT ON (n.ledger, n.address) n.ledger, n.address, n.position, n.at, 0
  FROM added
  JOIN n USING (ledger, address, asset)
 WHERE added.opened
 ORDER BY n.ledger, n.address
ON CONFLICT (ledger, address) DO NOTHING
