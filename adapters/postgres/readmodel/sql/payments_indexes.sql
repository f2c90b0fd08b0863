CREATE INDEX payment_wallet ON {schema}.payment (wallet_id, position);
CREATE INDEX payment_owner ON {schema}.payment (owner, position);
CREATE INDEX payment_status ON {schema}.payment (status, position);
CREATE INDEX payment_provider_ref ON {schema}.payment (provider_ref) WHERE provider_ref IS NOT NULL;
CREATE INDEX payment_intent ON {schema}.payment (intent) WHERE intent IS NOT NULL;
CREATE INDEX refund_payment ON {schema}.refund (payment, position);
CREATE INDEX review_status ON {schema}.review (status, position);
CREATE INDEX review_wallet ON {schema}.review (wallet_id, position);
