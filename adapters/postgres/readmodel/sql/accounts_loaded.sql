-- What a load left in parts (accounts_add_parts) is added up, and indexed at once. Balances are there before only where
-- another version of the program began the load, and accounts where they have rules.
ALTER TABLE {schema}.balance_whole RENAME TO balance;
INSERT INTO {schema}.balance_part (ledger, address, asset, version, debits, credits, first_position, created_at)
SELECT b.ledger, b.address, b.asset, b.version, b.debits, b.credits, a.first_position, a.created_at
  FROM {schema}.balance b JOIN {schema}.account a USING (ledger, address);
TRUNCATE {schema}.balance;
ALTER TABLE {schema}.balance DROP CONSTRAINT balance_pkey;
INSERT INTO {schema}.balance (ledger, address, asset, version, debits, credits)
SELECT ledger, address, asset, sum(version)::bigint, sum(debits), sum(credits)
  FROM {schema}.balance_part
 GROUP BY ledger, address, asset;
ALTER TABLE {schema}.balance ADD PRIMARY KEY (ledger, address, asset);

UPDATE {schema}.account a
   SET first_position = n.first_position, created_at = n.created_at
  FROM (SELECT p.ledger, p.address, min(p.first_position) AS first_position, min(p.created_at) AS created_at
          FROM {schema}.balance_part p JOIN {schema}.account k USING (ledger, address)
         GROUP BY p.ledger, p.address) n
 WHERE a.ledger = n.ledger AND a.address = n.address AND n.first_position < a.first_position;
ALTER TABLE {schema}.account DROP CONSTRAINT account_pkey;
INSERT INTO {schema}.account (ledger, address, first_position, created_at, version)
SELECT ledger, address, min(first_position), min(created_at), 0
  FROM {schema}.balance_part p
 WHERE NOT EXISTS (SELECT FROM {schema}.account a WHERE a.ledger = p.ledger AND a.address = p.address)
 GROUP BY ledger, address;
ALTER TABLE {schema}.account ADD PRIMARY KEY (ledger, address);
DROP TABLE {schema}.balance_part;
