-- What is searched for, and that part of it by which the index finds anything: 'T' for none.
SELECT query::text, querytree(query) FROM (SELECT websearch_to_tsquery('english', @words) AS query OFFSET 0) q
