CREATE INDEX person_created ON {schema}.person (created_at, id);
CREATE INDEX person_email ON {schema}.person (email_token) WHERE email_token IS NOT NULL;
