CREATE INDEX plan_active ON {schema}.plan (active, code);
CREATE INDEX membership_user ON {schema}.membership (user_id, id);
CREATE INDEX membership_plan ON {schema}.membership (plan, id);
CREATE INDEX membership_status ON {schema}.membership (status, id);
-- What is due, first come first served.
CREATE INDEX membership_due ON {schema}.membership (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX member_status ON {schema}.member (status, user_id);
