SELECT journal_ensure_partition($1)
