-- What each table takes, the largest first; partitions count as the table that they are of. Numbers of rows are those of the last vacuum
-- or analyze.
SELECT root.oid::regclass::text,
       sum(greatest(c.reltuples, 0))::bigint,
       sum(pg_table_size(c.oid) - coalesce(pg_total_relation_size(c.reltoastrelid), 0))::bigint,
       sum(pg_indexes_size(c.oid))::bigint,
       sum(coalesce(pg_total_relation_size(c.reltoastrelid), 0))::bigint
  FROM pg_class c
  JOIN pg_class root ON root.oid = coalesce(pg_partition_root(c.oid), c.oid)
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
 GROUP BY root.oid
 ORDER BY sum(pg_total_relation_size(c.oid)) DESC, 1
