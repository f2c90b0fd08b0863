-- The partitions of the journal, in order. What is in one follows from the heads, since positions have no gaps: nothing is counted.
--
-- One is frozen when the last vacuum saw it as it is now (all the pages that it has) and left every page visible to all. In these
-- tables that is frozen too: each vacuum of theirs freezes what it can (autovacuum_freeze_min_age = 0). What came after it into the
-- last of those pages is not told apart: that is one page, for whichever vacuum comes by.
SELECT c.relname::text, b.first, b.past,
       (SELECT coalesce(sum(greatest(least(h.position + 1, b.past) - greatest(b.first, 1), 0)), 0)::bigint FROM shard_head h),
       pg_table_size(c.oid) - coalesce(pg_total_relation_size(c.reltoastrelid), 0), pg_indexes_size(c.oid),
       coalesce(pg_total_relation_size(c.reltoastrelid), 0),
       coalesce(t.spcname, d.spcname)::text, f.full,
       f.full AND c.relpages > 0 AND c.relallvisible = c.relpages
           AND c.relpages = pg_relation_size(c.oid) / current_setting('block_size')::bigint,
       age(c.relfrozenxid)
  FROM journal_partition b
  JOIN pg_class c ON c.oid = b.of
 CROSS JOIN LATERAL (SELECT bool_and(h.position >= b.past - 1) AS full FROM shard_head h) f
  LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace
 CROSS JOIN (SELECT s.spcname FROM pg_database b JOIN pg_tablespace s ON s.oid = b.dattablespace WHERE b.datname = current_database()) d
 ORDER BY b.first
