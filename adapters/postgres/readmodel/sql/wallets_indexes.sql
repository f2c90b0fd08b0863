CREATE INDEX wallet_owner ON {schema}.wallet (owner, id);
CREATE INDEX wallet_status ON {schema}.wallet (status, id);
-- What is due; it has no more in it than what is open.
CREATE INDEX hold_due ON {schema}.hold (expires_at) WHERE status = 'open' AND expires_at IS NOT NULL;
-- Those of a wallet that pays, and of one that is paid: there are few states, and a list asks for each of them. Of the
-- operators, see wallets_list_holds_of.sql.
CREATE INDEX hold_wallet ON {schema}.hold (wallet_id, status, id text_pattern_ops);
CREATE INDEX hold_payee ON {schema}.hold (to_wallet, status, id text_pattern_ops) WHERE to_wallet <> '';
CREATE INDEX withdrawal_wallet ON {schema}.withdrawal (wallet_id, position);
CREATE INDEX withdrawal_owner ON {schema}.withdrawal (owner, position);
CREATE INDEX withdrawal_status ON {schema}.withdrawal (status, position);
CREATE INDEX alert_owner ON {schema}.alert (owner, id);
CREATE INDEX schedule_owner ON {schema}.schedule (owner, id);
CREATE INDEX schedule_wallet ON {schema}.schedule (wallet_id, id);
CREATE INDEX schedule_status ON {schema}.schedule (status, id);
-- What is due, first come first served.
CREATE INDEX schedule_due ON {schema}.schedule (next_at, id) WHERE status = 'active' AND next_at IS NOT NULL;
