package readmodel_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// check verifies the projections of a library.
func (l *library) check() []journal.Finding {
	l.t.Helper()
	report := &journal.Report{}
	require.NoError(l.t, l.store.Books(l.t.Context(), func(b postgres.Books) error {
		c, err := readmodel.NewCheck(l.t.Context(), l.pool, b.Tx, l.registry, readmodel.Names())
		require.NoError(l.t, err)
		defer c.Close(l.t.Context())
		events, err := b.Events(l.t.Context(), 0, 0, int(l.head.Position))
		require.NoError(l.t, err)
		for i := range events {
			require.NoError(l.t, l.registry.Decode(&events[i]))
			require.NoError(l.t, c.Take(&events[i], report))
		}
		return c.Compare(report)
	}))
	return report.Findings
}

func TestCheckFindsWhatWasChanged(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	l.post(ledger.NewTransaction{}, "equity:opening", "liabilities:user:a", "100", "JPY")
	l.do(ledger.CommandSetAccount, ledger.SetAccount{Ledger: "main", Address: "liabilities:user:a", Metadata: &map[string]string{"a": "b"}})
	l.project(10)
	l.post(ledger.NewTransaction{}, "equity:opening", "liabilities:user:a", "1", "JPY") // not projected yet
	require.Empty(t, l.check())
	for name, harm := range map[string]string{
		"accounts: credits changed":       `UPDATE p_accounts_1.balance SET credits = credits + 1 WHERE address = 'liabilities:user:a'`,
		"accounts: debits changed":        `UPDATE p_accounts_1.balance SET debits = debits + 1 WHERE address = 'liabilities:user:a'`,
		"accounts: version changed":       `UPDATE p_accounts_1.balance SET version = version + 1 WHERE address = 'liabilities:user:a'`,
		"accounts: balance lost":          `DELETE FROM p_accounts_1.balance WHERE address = 'liabilities:user:a'`,
		"accounts: balance made up":       `INSERT INTO p_accounts_1.balance VALUES ('main', 'assets:gold', 'JPY', 1, 5, 0)`,
		"accounts: account lost":          `DELETE FROM p_accounts_1.account WHERE address = 'liabilities:user:a'`,
		"accounts: account made up":       `INSERT INTO p_accounts_1.account VALUES ('main', 'assets:gold', 1, now(), 0)`,
		"accounts: account of another":    `UPDATE p_accounts_1.account SET first_position = 2 WHERE address = 'liabilities:user:a'`,
		"accounts: account of old":        `UPDATE p_accounts_1.account SET created_at = created_at - interval '1 second'`,
		"accounts: rules unset":           `UPDATE p_accounts_1.account SET version = 0`,
		"accounts: frozen":                `UPDATE p_accounts_1.account SET frozen = true WHERE address = 'equity:opening'`,
		"accounts: floor changed":         `UPDATE p_accounts_1.account SET min_balance = '{"JPY":"1"}'`,
		"accounts: metadata lost":         `UPDATE p_accounts_1.account SET metadata = NULL`,
		"transactions: terms changed":     `UPDATE p_transactions_1.tx SET terms = '{1}'`,
		"transactions: one dated":         `UPDATE p_transactions_1.tx SET effective_at = now()`,
		"transactions: one made up":       `INSERT INTO p_transactions_1.tx VALUES (1, NULL, 'other', '{}')`,
		"transactions: one of the future": `INSERT INTO p_transactions_1.tx VALUES (99, NULL, 'main', '{}')`,
		"transactions: one lost":          `DELETE FROM p_transactions_1.tx`,
		"entries: one lost":               `DELETE FROM p_entries_1.entry WHERE (key, position) IN (SELECT key, position FROM p_entries_1.entry LIMIT 1)`,
		"entries: one elsewhere":          `UPDATE p_entries_1.entry SET position = 7 WHERE (key, position) IN (SELECT key, position FROM p_entries_1.entry LIMIT 1)`,
		"entries: one dated":              `UPDATE p_entries_1.entry SET effective_at = now(), amount = 1 WHERE (key, position) IN (SELECT key, position FROM p_entries_1.entry LIMIT 1)`,
		"entries: one made up":            `INSERT INTO p_entries_1.entry SELECT position, effective_at, gen_random_uuid(), amount FROM p_entries_1.entry LIMIT 1`,
	} {
		_, err := l.pool.Exec(t.Context(), `CREATE TABLE kept_balance AS TABLE p_accounts_1.balance; CREATE TABLE kept_account AS TABLE p_accounts_1.account;
			CREATE TABLE kept_ledger AS TABLE p_accounts_1.ledger; CREATE TABLE kept_entry AS TABLE p_entries_1.entry;
			CREATE TABLE kept_tx AS TABLE p_transactions_1.tx`)
		require.NoError(t, err)
		_, err = l.pool.Exec(t.Context(), harm)
		require.NoError(t, err)
		found := l.check()
		require.NotEmpty(t, found, name)
		for _, f := range found {
			require.Equal(t, readmodel.CheckName(strings.Split(name, ":")[0]), f.Check, "%s: %s", name, f.Detail)
		}
		_, err = l.pool.Exec(t.Context(), `TRUNCATE p_accounts_1.balance, p_accounts_1.account, p_accounts_1.ledger, p_entries_1.entry, p_transactions_1.tx;
			INSERT INTO p_accounts_1.balance TABLE kept_balance; INSERT INTO p_accounts_1.account TABLE kept_account;
			INSERT INTO p_accounts_1.ledger TABLE kept_ledger; INSERT INTO p_entries_1.entry TABLE kept_entry; INSERT INTO p_transactions_1.tx TABLE kept_tx;
			DROP TABLE kept_balance, kept_account, kept_ledger, kept_entry, kept_tx`)
		require.NoError(t, err)
		require.Empty(t, l.check(), name)
	}
}

// The balance that a posting carries is held against the postings before it.
func TestCheckFindsAWrongBalance(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	l.post(ledger.NewTransaction{}, "equity:opening", "liabilities:user:a", "100", "JPY")
	l.post(ledger.NewTransaction{}, "liabilities:user:a", "assets:bank:main", "30", "JPY")
	l.project(10)
	report := &journal.Report{}
	require.NoError(t, l.store.Books(t.Context(), func(b postgres.Books) error {
		c, err := readmodel.NewCheck(t.Context(), l.pool, b.Tx, l.registry, readmodel.Names())
		require.NoError(t, err)
		defer c.Close(t.Context())
		events, err := b.Events(t.Context(), 0, 0, 10)
		require.NoError(t, err)
		events[1].Postings[0].Balance = decimal.NewFromInt(71)
		for i := range events {
			require.NoError(t, c.Take(&events[i], report))
		}
		return c.Compare(report)
	}))
	require.Equal(t, []journal.Finding{{Check: "balance after", Position: 2,
		Detail: "posting 0 leaves liabilities:user:a with 71 JPY, expected 70"}}, report.Findings)
}

// A check that cannot begin leaves nothing behind.
func TestCheckThatCannotBegin(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	require.NoError(t, l.store.Books(t.Context(), func(b postgres.Books) error {
		closed, err := pgxpool.New(t.Context(), l.pool.Config().ConnString())
		require.NoError(t, err)
		closed.Close()
		_, err = readmodel.NewCheck(t.Context(), closed, b.Tx, l.registry, readmodel.Names())
		require.ErrorContains(t, err, "closed pool")
		return nil
	}))
}

// A part that fails ends the check, although the others wait for more.
func TestCheckEndsWithAPartThatFails(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	l.post(ledger.NewTransaction{}, "equity:opening", "liabilities:user:a", "100", "JPY")
	l.project(10)
	require.NoError(t, l.store.Books(t.Context(), func(b postgres.Books) error {
		c, err := readmodel.NewCheck(t.Context(), l.pool, b.Tx, l.registry, readmodel.Names())
		require.NoError(t, err)
		ended := make(chan error, 1)
		go func() {
			report := &journal.Report{}
			for {
				if err := c.Take(&journal.Event{Position: 1, Type: ledger.TypeAccountSet}, report); err != nil { // of no schema
					ended <- err
					return
				}
			}
		}()
		select {
		case err := <-ended:
			require.ErrorContains(t, err, "account-set")
		case <-time.After(30 * time.Second):
			require.Fail(t, "it waits for ever")
		}
		require.Error(t, c.Compare(&journal.Report{}))
		c.Close(t.Context())
		return nil
	}))
}
