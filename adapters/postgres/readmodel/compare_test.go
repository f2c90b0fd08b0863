package readmodel_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger"
)

// differences compares a projection's tables with a copy of them in schema copy.
func (l *library) differences(projection string) (rows int64, out []string) {
	l.t.Helper()
	require.NoError(l.t, pgx.BeginFunc(l.t.Context(), l.pool, func(tx pgx.Tx) (err error) {
		rows, err = readmodel.Compare(l.t.Context(), tx, projection, "p_"+projection+"_1", "copy", false, func(d readmodel.Difference) {
			out = append(out, d.String())
		})
		return err
	}))
	return rows, out
}

func TestCompareSaysWhichRowsDiffer(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	for _, account := range []string{"liabilities:user:a", "liabilities:user:b"} {
		l.post(ledger.NewTransaction{}, "equity:opening", account, "100", "JPY")
	}
	l.do(ledger.CommandSetAccount, ledger.SetAccount{Ledger: "main", Address: "liabilities:user:a", Metadata: &map[string]string{"a": "b"}})
	l.project(10)
	_, err := l.pool.Exec(t.Context(), `CREATE SCHEMA copy;
		CREATE TABLE copy.account (LIKE p_accounts_1.account INCLUDING ALL); INSERT INTO copy.account TABLE p_accounts_1.account;
		CREATE TABLE copy.balance (LIKE p_accounts_1.balance INCLUDING ALL); INSERT INTO copy.balance TABLE p_accounts_1.balance;
		CREATE TABLE copy.ledger (LIKE p_accounts_1.ledger INCLUDING ALL); INSERT INTO copy.ledger TABLE p_accounts_1.ledger;
		CREATE TABLE copy.asset (LIKE p_accounts_1.asset INCLUDING ALL); INSERT INTO copy.asset TABLE p_accounts_1.asset`)
	require.NoError(t, err)
	rows, found := l.differences("accounts")
	require.Empty(t, found)
	require.Equal(t, int64(6), rows, "three accounts with a balance each")

	for name, c := range map[string]struct{ harm, put, says string }{
		"a figure": {
			`UPDATE p_accounts_1.balance SET credits = 101 WHERE address = 'liabilities:user:a'`,
			`UPDATE p_accounts_1.balance SET credits = 100 WHERE address = 'liabilities:user:a'`,
			`balance (main, liabilities:user:a, JPY) credits is 101, expected 100`,
		},
		"two columns, and a text that is not shown": {
			`UPDATE p_accounts_1.account SET version = 7, metadata = '{"a":"secret"}' WHERE address = 'liabilities:user:a'`,
			`UPDATE p_accounts_1.account SET version = 1, metadata = '{"a":"b"}' WHERE address = 'liabilities:user:a'`,
			`account (main, liabilities:user:a) version is 7, expected 1; metadata differs`,
		},
		"nothing where something is": {
			`UPDATE p_accounts_1.account SET metadata = NULL WHERE address = 'liabilities:user:a'`,
			`UPDATE p_accounts_1.account SET metadata = '{"a":"b"}' WHERE address = 'liabilities:user:a'`,
			`account (main, liabilities:user:a) metadata differs`,
		},
		"a row that is lost": {
			`DELETE FROM p_accounts_1.balance WHERE address = 'liabilities:user:b'`,
			`INSERT INTO p_accounts_1.balance SELECT * FROM copy.balance WHERE address = 'liabilities:user:b'`,
			`balance (main, liabilities:user:b, JPY) is missing`,
		},
		"a row that is made up": {
			`INSERT INTO p_accounts_1.balance VALUES ('main', 'assets:gold', 'JPY', 1, 5, 0)`,
			`DELETE FROM p_accounts_1.balance WHERE address = 'assets:gold'`,
			`balance (main, assets:gold, JPY) follows from no event`,
		},
		"another scale of the same figure": {`UPDATE p_accounts_1.balance SET credits = 100.00 WHERE address = 'liabilities:user:a'`, `SELECT`, ``},
	} {
		_, err := l.pool.Exec(t.Context(), c.harm)
		require.NoError(t, err)
		_, found := l.differences("accounts")
		if c.says == "" {
			require.Empty(t, found, name)
		} else {
			require.Equal(t, []string{c.says}, found, name)
		}
		_, err = l.pool.Exec(t.Context(), c.put)
		require.NoError(t, err)
	}
	_, found = l.differences("accounts")
	require.Empty(t, found)
}
