package main

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/ledger/journal"
)

// furnish fills a house with some of everything that Florin keeps.
func furnish(t *testing.T) *service {
	t.Helper()
	s, _ := startWithStripe(t)
	f := s.finance()
	for _, k := range []string{"1", "2", "3"} {
		f.post("/v1/ledgers/main/transactions", k, transaction(pays("equity:opening", "liabilities:user:a", "10", "JPY"))).is(http.StatusCreated)
	}
	dated := transaction(pays("equity:opening", "liabilities:user:a", "5", "JPY"))
	dated["effective_at"] = time.Now().AddDate(0, 0, -3).UTC().Format(time.RFC3339)
	slip := f.post("/v1/ledgers/main/transactions", "dated", dated).is(http.StatusCreated).str("id")
	f.post("/v1/ledgers/main/transactions/"+slip+"/reverse", "slip", map[string]any{"reason": "slip"}).is(http.StatusCreated)

	h := s.shop(t, 5000)
	h.hold("1", "100").is(http.StatusCreated)
	h.order("s", "1", once(time.Now().Add(time.Hour).UTC())).is(http.StatusCreated)
	s.as("usr_payer", "user").pays("p", h.payer, "1000").is(http.StatusCreated)
	s.offers(t, "MONTH", yen("310"), "P1M")
	s.as("usr_payer", "user").post("/v1/memberships", "m", map[string]any{"plan": "MONTH", "wallet_id": h.payer}).is(http.StatusCreated)

	p := newPeople(t, s)
	ann, bob, eve := p.person("Ann"), p.person("Bob"), p.person("")
	ann.writes(bob.id, "Rent", "It is on its way.")
	bob.read("/v1/messages/" + ann.writes(bob.id, "Again", "It is not.")).is(http.StatusOK)
	eve.writes(ann.id, "Bye", "I am gone.")
	s.as("usr_boss", "admin").call(http.MethodDelete, "/v1/users/"+eve.id, nil).is(http.StatusNoContent)
	// Read after all writes: the projections are there.
	for _, path := range []string{"/v1/ledgers/main/accounts/liabilities:user:a/entries", "/v1/ledgers/main/transactions", "/v1/wallets/" + h.payer, "/v1/ledgers/main/accounts"} {
		f.read(path).is(http.StatusOK)
	}
	s.as("usr_boss", "admin").read("/v1/users/" + ann.id).is(http.StatusOK)
	ann.read("/v1/messages").is(http.StatusOK)
	s.as("usr_payer", "user").read("/v1/memberships/me").is(http.StatusOK)
	s.as("usr_payer", "user").read("/v1/payments").is(http.StatusOK)
	return s
}

// checksOf looks at everything and returns the names of the checks that found something, in order.
func checksOf(t *testing.T, pool *pgxpool.Pool, now time.Time) (names []string, findings []journal.Finding) {
	t.Helper()
	report, err := verification{Now: func() time.Time { return now }}.run(t.Context(), pool)
	require.NoError(t, err)
	for _, c := range report.Checks {
		if c.Findings > 0 {
			names = append(names, c.Name)
		}
	}
	slices.Sort(names)
	return names, report.Findings
}

// Each thing that is stored is changed once, as somebody with all rights could, and seen to be found, by the check that
// is there for it and by no other.
func TestVerifyFindsWhatWasTamperedWith(t *testing.T) {
	t.Parallel()
	s := furnish(t)
	s.stop()
	s.verify()

	super, err := pgx.Connect(t.Context(), pgtest.Super(t, s.settings.DatabaseURL))
	require.NoError(t, err)
	defer super.Close(context.WithoutCancel(t.Context()))
	pool, err := openPool(t.Context(), s.settings.DatabaseURL, verifyConnections, 0)
	require.NoError(t, err)
	defer pool.Close()
	for _, table := range []string{"events", "outcomes", "provider_events"} {
		_, err = super.Exec(t.Context(), `ALTER TABLE `+table+` DISABLE TRIGGER ALL`)
		require.NoError(t, err)
	}
	_, err = super.Exec(t.Context(), `ALTER TABLE events_00000 DISABLE TRIGGER ALL`)
	require.NoError(t, err)
	for name, c := range map[string]struct{ table, harm, found string }{
		"an amount":               {"events", `UPDATE events SET postings = replace(postings::text, '"10"', '"11"')::json WHERE position = 2`, "balance after, chain, projection accounts, state"},
		"one leg of it":           {"events", `UPDATE events SET postings = regexp_replace(postings::text, '"10"', '"11"')::json WHERE position = 2`, "balance, balance after, chain, projection accounts, state, sums"},
		"a balance after":         {"events", `UPDATE events SET postings = replace(postings::text, '"20"', '"21"')::json WHERE position = 2`, "balance after, chain"},
		"a description":           {"events", `UPDATE events SET data = '{"description":"x"}' WHERE position = 2`, "chain"},
		"an effective time":       {"events", `UPDATE events SET effective_at = now() - interval '1 year' WHERE position = 1`, "chain, projection entries, projection transactions"},
		"a leaf hash":             {"events", `UPDATE events SET leaf_hash = decode(repeat('ab', 32), 'hex') WHERE position = 2`, "chain"},
		"a recorded time":         {"events", `UPDATE events SET recorded_at = recorded_at - interval '1 day' WHERE position = 3`, "chain, time"},
		"a lost event":            {"events", `DELETE FROM events WHERE position = 2`, "balance after, chain, numbers, outcomes, positions, projection accounts, projection entries, projection transactions, state"},
		"a transaction's number":  {"events", `UPDATE events SET number = 7 WHERE position = 3`, "chain, numbers"},
		"the head's chain value":  {"shard_head", `UPDATE shard_head SET chain = decode(repeat('ab', 32), 'hex')`, "head"},
		"a balance of the writer": {"state", `UPDATE state SET data = replace(data::text, '35', '36')::json WHERE key LIKE 'balance/main/liabilities:user:a/%'`, "state"},
		"a row of the writer":     {"state", `DELETE FROM state WHERE key LIKE 'balance/main/liabilities:user:a/%'`, "state"},
		"a row nobody made":       {"state", `INSERT INTO state (shard, key, version, based_on, data) VALUES (0, 'balance/main/assets:gold/JPY', 1, 0, '{}')`, "state"},
		"a state's version":       {"state", `UPDATE state SET version = 1 WHERE key LIKE 'ledger/%'`, "state"},
		"a wallet of the writer":  {"state", `UPDATE state SET data = replace(data::text, 'usr_payer', 'usr_eve')::json WHERE key LIKE 'wallet/%'`, "state"},
		"a lost outcome":          {"outcomes", `DELETE FROM outcomes WHERE first = 2`, "outcomes"},
		"another's outcome":       {"outcomes", `UPDATE outcomes SET command_id = gen_random_uuid() WHERE first = 2`, "outcomes"},
		"a letter that is lost": {"outcomes", `INSERT INTO outcomes (at, position, count, shard, status, command_id, hash, type, caller)
			VALUES (now(), 1, 0, 0, 'x', gen_random_uuid(), '', 'x', 'x')`, "dead letters"},
		"a letter of nothing": {"dead_letters", `INSERT INTO dead_letters (at, shard, command_id, type, command, reason) VALUES (now(), 0, gen_random_uuid(), 'x', '{}', 'x')`, "dead letters"},

		"a projected balance":    {"{accounts}.balance", `UPDATE {accounts}.balance SET credits = credits + 1 WHERE address = 'liabilities:user:a'`, "projection accounts"},
		"a projected account":    {"{accounts}.account", `UPDATE {accounts}.account SET first_position = 2 WHERE address = 'liabilities:user:a'`, "projection accounts"},
		"a projected asset":      {"{accounts}.asset", `UPDATE {accounts}.asset SET scale = 3`, "projection accounts"},
		"a projected entry":      {"{entries}.entry", `DELETE FROM {entries}.entry WHERE position = 2`, "projection entries"},
		"an entry's time":        {"{entries}.entry", `UPDATE {entries}.entry SET effective_at = effective_at + interval '1 second' WHERE effective_at IS NOT NULL`, "projection entries"},
		"a found transaction":    {"{transactions}.tx", `UPDATE {transactions}.tx SET terms = '{}' WHERE position = 2`, "projection transactions"},
		"a reversal":             {"{transactions}.reversal", `DELETE FROM {transactions}.reversal`, "projection transactions"},
		"a projected wallet":     {"{wallets}.wallet", `UPDATE {wallets}.wallet SET owner = 'usr_eve' WHERE owner = 'usr_payer'`, "projection wallets"},
		"a projected hold":       {"{wallets}.hold", `UPDATE {wallets}.hold SET remaining = remaining - 1`, "projection wallets"},
		"a projected schedule":   {"{wallets}.schedule", `UPDATE {wallets}.schedule SET timing = '{}'`, "projection wallets"},
		"a projected payment":    {"{payments}.payment", `UPDATE {payments}.payment SET status = 'succeeded'`, "projection payments"},
		"a projected person":     {"{users}.person", `UPDATE {users}.person SET email = '\x00' WHERE status = 'active'`, "projection users"},
		"a projected role":       {"{users}.person_role", `UPDATE {users}.person_role SET role = 'admin'`, "projection users"},
		"a projected message":    {"{messages}.message", `UPDATE {messages}.message SET body = '\x00'`, "projection messages"},
		"a projected mailbox":    {"{messages}.mailbox", `DELETE FROM {messages}.mailbox WHERE box = 'inbox'`, "projection messages"},
		"a projected membership": {"{memberships}.membership", `UPDATE {memberships}.membership SET status = 'ended'`, "projection memberships"},
		"a projected member":     {"{memberships}.member", `UPDATE {memberships}.member SET until = until + interval '1 day'`, "projection memberships"},

		"a command that waits":   {"inbox", `INSERT INTO inbox (received_at, shard, command_id, body) VALUES (now() - interval '1 hour', 0, gen_random_uuid(), '{}')`, "inbox"},
		"an event of a provider": {"provider_events", `INSERT INTO provider_events (received_at, livemode, provider, event_id, api_version, body) VALUES (now() - interval '1 hour', false, 'stripe', 'evt_lost', '', '{}')`, "provider events"},
	} {
		c.table, c.harm = live(t, pool, c.table), live(t, pool, c.harm)
		_, err := super.Exec(t.Context(), `CREATE TABLE kept AS TABLE `+c.table)
		require.NoError(t, err, name)
		tag, err := super.Exec(t.Context(), c.harm)
		require.NoError(t, err, name)
		require.Positive(t, tag.RowsAffected(), name)
		names, findings := checksOf(t, pool, time.Now())
		assert.Equal(t, c.found, strings.Join(names, ", "), "%s: %v", name, findings)
		if name == "a projected balance" { // as an operator sees it
			var out, errs bytes.Buffer
			require.Equal(t, 1, run(t.Context(), []string{"verify", "--only", "accounts", "--database-url", s.settings.DatabaseURL}, &out, &errs), errs.String())
			require.Contains(t, out.String(), "projection accounts: balance (main, liabilities:user:a, JPY) credits is 36, expected 35\n")
		}
		columns := `SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`
		var list string
		require.NoError(t, super.QueryRow(t.Context(), columns, c.table).Scan(&list))
		_, err = super.Exec(t.Context(), `DELETE FROM `+c.table+`; INSERT INTO `+c.table+` (`+list+`) OVERRIDING SYSTEM VALUE SELECT `+list+` FROM kept; DROP TABLE kept`)
		require.NoError(t, err, name)
	}
	names, findings := checksOf(t, pool, time.Now())
	require.Empty(t, names, "everything is put back: %v", findings)

	// With a service that was there until two months later, and did nothing of what was due.
	_, err = super.Exec(t.Context(), `INSERT INTO lease (until, shard, holder) VALUES (now() + interval '1 year', 0, 'nobody');
		UPDATE events SET recorded_at = recorded_at - interval '1 hour' WHERE position <= 2;
		UPDATE reactor_checkpoint SET position = 1 WHERE reactor = 'mail';
		UPDATE projection_generation SET position = 1 WHERE name = 'payments'`)
	require.NoError(t, err)
	names, findings = checksOf(t, pool, time.Now().AddDate(0, 2, 0))
	require.Equal(t, []string{"chain", "memberships due", "projection accounts", "projection lag", "projection payments", "reactors", "schedules due"}, names, "%v", findings)
}

// live puts the schemas of projections in the place of their names: {wallets} is whichever generation is live.
func live(t *testing.T, pool *pgxpool.Pool, text string) string {
	t.Helper()
	rows, err := pool.Query(t.Context(), `SELECT name, 'p_' || name || '_' || generation FROM projection_live`) //nolint:rowserrcheck // pgx.ForEachRow closes the rows and returns their error
	require.NoError(t, err)
	var name, schema string
	_, err = pgx.ForEachRow(rows, []any{&name, &schema}, func() error {
		text = strings.ReplaceAll(text, "{"+name+"}", schema)
		return nil
	})
	require.NoError(t, err)
	return text
}
