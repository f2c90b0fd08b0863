package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
)

// TestVerifyFindsWhatWasTamperedWith changes each thing that is stored once, as somebody with all
// rights could, and sees it found.
func TestVerifyFindsWhatWasTamperedWith(t *testing.T) {
	t.Parallel()
	s := startService(t)
	f := s.finance()
	for _, k := range []string{"1", "2", "3"} {
		f.post("/v1/ledgers/main/transactions", k, transaction(pays("equity:opening", "liabilities:user:a", "10", "JPY"))).is(http.StatusCreated)
	}
	f.balance("liabilities:user:a", "JPY") // read after the write: the projections are there
	f.read("/v1/ledgers/main/accounts/liabilities:user:a/entries").is(http.StatusOK)
	s.stop()
	s.verify()

	super, err := pgx.Connect(t.Context(), pgtest.Super(t, s.settings.DatabaseURL))
	require.NoError(t, err)
	defer super.Close(context.WithoutCancel(t.Context()))
	_, err = super.Exec(t.Context(), `ALTER TABLE events DISABLE TRIGGER ALL; ALTER TABLE outcomes DISABLE TRIGGER ALL`)
	require.NoError(t, err)
	var keep, putBack string // every table is kept as it is now, and put back after each look
	for i, table := range []string{"events", "outcomes", "state", "shard_head", "p_accounts_1.balance", "p_entries_1.entry"} {
		keep += fmt.Sprintf("CREATE TABLE kept_%d AS TABLE %s; ", i, table)
		putBack += fmt.Sprintf("DELETE FROM %[2]s; INSERT INTO %[2]s TABLE kept_%[1]d; ", i, table)
	}
	_, err = super.Exec(t.Context(), keep)
	require.NoError(t, err)
	for name, c := range map[string]struct{ harm, check string }{
		"an amount":               {`UPDATE events SET postings = replace(postings::text, '"10"', '"11"')::json WHERE position = 2`, "chain:"},
		"one leg of it":           {`UPDATE events SET postings = regexp_replace(postings::text, '"10"', '"11"')::json WHERE position = 2`, "balance:"},
		"a balance after":         {`UPDATE events SET postings = replace(postings::text, '"20"', '"21"')::json WHERE position = 2`, "balance after:"},
		"a description":           {`UPDATE events SET data = '{"description":"x"}' WHERE position = 2`, "chain:"},
		"an effective time":       {`UPDATE events SET effective_at = now() - interval '1 year' WHERE position = 1`, "chain:"},
		"a lost event":            {`DELETE FROM events WHERE position = 2`, "positions:"},
		"the last event":          {`DELETE FROM events WHERE position = 3`, "positions:"},
		"a transaction's number":  {`UPDATE events SET number = 7 WHERE position = 3`, "numbers:"},
		"the head's chain value":  {`UPDATE shard_head SET chain = decode(repeat('ab', 32), 'hex')`, "head:"},
		"a balance of the writer": {`UPDATE state SET data = replace(data::text, '30', '31')::json WHERE key LIKE 'balance/%'`, "state:"},
		"a row of the writer":     {`DELETE FROM state WHERE key LIKE 'balance/main/liabilities:user:a/%'`, "state:"},
		"a row nobody made":       {`INSERT INTO state (shard, key, version, based_on, data) VALUES (0, 'balance/main/assets:gold/JPY', 1, 0, '{}')`, "state:"},
		"a state's version":       {`UPDATE state SET version = 1 WHERE key LIKE 'ledger/%'`, "state:"},
		"a lost outcome":          {`DELETE FROM outcomes WHERE first = 2`, "outcomes:"},
		"another's outcome":       {`UPDATE outcomes SET command_id = gen_random_uuid() WHERE first = 2`, "outcomes:"},
		"a projected balance":     {`UPDATE p_accounts_1.balance SET credits = credits + 1`, "projection accounts:"},
		"a projected entry":       {`DELETE FROM p_entries_1.entry WHERE position = 2`, "projection entries:"},
	} {
		_, err := super.Exec(t.Context(), c.harm)
		require.NoError(t, err, name)
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{"verify", "--database-url", s.settings.DatabaseURL}, &out, &errs)
		require.Equal(t, 1, code, "%s: %s%s", name, out.String(), errs.String())
		require.Contains(t, out.String(), c.check, name)
		_, err = super.Exec(t.Context(), putBack)
		require.NoError(t, err)
	}
}
