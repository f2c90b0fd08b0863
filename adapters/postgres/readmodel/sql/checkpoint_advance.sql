SELECT projection_advance(@name, @generation, @after, @to, @prev, @leaf)
