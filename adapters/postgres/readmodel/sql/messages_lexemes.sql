SELECT to_tsvector('english', text)::text FROM unnest(@texts::text[]) WITH ORDINALITY AS n (text, i) ORDER BY i
