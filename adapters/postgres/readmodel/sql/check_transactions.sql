SELECT ledger, count(*) FROM {schema}.tx GROUP BY ledger
