SELECT projection_advance(@name, @generation, @skips, @after, @to, @prev, @leaf)
