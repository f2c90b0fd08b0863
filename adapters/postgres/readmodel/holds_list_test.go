package readmodel_test

import (
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/query"
)

// A list of holds is what Hold says of each that belongs to it, newest first.
func TestHoldList(t *testing.T) {
	t.Parallel()
	l := openWallets(t)
	ann, _ := l.wallet("usr_ann", "", nil)
	other, _ := l.wallet("usr_ann", "", nil)
	bob, _ := l.wallet("usr_bob", "", nil)
	l.pays(ann, "pi_1", "100.00", "")
	l.pays(bob, "pi_2", "100.00", "")
	usd := func(amount string) ledger.Money { return ledger.Money{Amount: amount, Asset: "USD"} }
	var ids []string
	place := func(from, to string) {
		body := l.do(wallet.CommandPlaceHold, wallet.PlaceHold{As: service(), WalletID: from, Amount: usd("5"), Payee: wallet.Payee{ToWallet: to}})[0].Body
		ids = append(ids, body.(wallet.HoldPlaced).HoldID)
	}
	place(ann, bob)   // 0
	place(ann, other) // 1: both are Ann's
	place(bob, ann)   // 2
	place(ann, "")    // 3
	place(bob, "")    // 4
	place(ann, bob)   // 5
	l.do(wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: ids[0]})
	l.do(wallet.CommandReleaseHold, wallet.ReleaseHold{As: service(), HoldID: ids[3]})
	l.project(4)
	for name, c := range map[string]struct {
		filter query.HoldFilter
		want   []int
	}{
		"all":                     {query.HoldFilter{}, []int{5, 4, 3, 2, 1, 0}},
		"first page":              {query.HoldFilter{Limit: 2}, []int{5, 4}},
		"next page":               {query.HoldFilter{Limit: 2, After: ids[4]}, []int{3, 2}},
		"wallet, both sides":      {query.HoldFilter{WalletID: ann}, []int{5, 3, 2, 1, 0}},
		"wallet, page":            {query.HoldFilter{WalletID: ann, After: ids[5], Limit: 2}, []int{3, 2}},
		"wallet that is paid":     {query.HoldFilter{WalletID: other}, []int{1}},
		"wallet and status":       {query.HoldFilter{WalletID: ann, Status: wallet.HoldOpen}, []int{5, 2, 1}},
		"wallet and end":          {query.HoldFilter{WalletID: bob, Status: wallet.HoldEndedCaptured}, []int{0}},
		"owner, each hold once":   {query.HoldFilter{Owner: "usr_ann"}, []int{5, 3, 2, 1, 0}},
		"owner, page":             {query.HoldFilter{Owner: "usr_ann", After: ids[3], Limit: 2}, []int{2, 1}},
		"owner and status":        {query.HoldFilter{Owner: "usr_ann", Status: wallet.HoldEndedReleased}, []int{3}},
		"wallet before the owner": {query.HoldFilter{Owner: "usr_ann", WalletID: bob}, []int{5, 4, 2, 0}},
		"nobody":                  {query.HoldFilter{Owner: "usr_9"}, nil},
		"no wallet":               {query.HoldFilter{WalletID: "wal_none"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if c.filter.Limit == 0 {
				c.filter.Limit = 10
			}
			var want []wallet.Hold
			for _, i := range c.want {
				h, ok, err := l.reads.Hold(t.Context(), ids[i])
				require.NoError(t, err)
				require.True(t, ok)
				want = append(want, h)
			}
			got, err := l.reads.Holds(t.Context(), c.filter)
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

// However unevenly holds are spread over wallets and states, a list goes by the index that has them together, and
// not from the newest of all on until it has found enough.
func TestHoldListByIndex(t *testing.T) {
	t.Parallel()
	l := openWallets(t)
	ann, _ := l.wallet("usr_ann", "", nil)
	l.project(100)
	for _, sql := range []string{
		`INSERT INTO p_wallets_1.hold (id, wallet_id, asset, amount, captured, released, remaining, status, to_wallet, to_account, description, version, created_at)
		 SELECT 'hld_' || lpad(i::text, 26, '0'), CASE WHEN i % 2 = 0 THEN '` + ann + `' ELSE 'wal_x' END, 'USD', 1, 1, 0, 0,
		        CASE WHEN i = 10 THEN 'open' ELSE 'captured' END, CASE WHEN i % 2 = 0 THEN 'wal_x' ELSE '` + ann + `' END, '', '', i, now()
		   FROM generate_series(1, 20000) AS i`,
		"ANALYZE p_wallets_1.hold",
	} {
		_, err := l.pool.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	text, err := os.ReadFile("sql/wallets_list_holds_of.sql")
	require.NoError(t, err)
	rows, err := l.pool.Query(t.Context(), "EXPLAIN "+strings.ReplaceAll(string(text), "{wallets}", "p_wallets_1"), pgx.NamedArgs{
		"wallet_id": ann, "owner": "", "statuses": []string{"open", "captured"}, "after": "~", "limit": 20,
	})
	require.NoError(t, err)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	plan := strings.Join(lines, "\n")
	require.Contains(t, plan, "using hold_wallet on hold")
	require.Contains(t, plan, "using hold_payee on hold")
	got, err := l.reads.Holds(t.Context(), query.HoldFilter{WalletID: ann, Status: wallet.HoldOpen, Limit: 20})
	require.NoError(t, err)
	require.Len(t, got, 1)
}

// What is changed of holds is found by their index, and nothing that comes after in the transaction is planned so: a
// verification builds all projections in one, and would join millions of rows by nested loops.
func TestHoldsDoNotPlanWhatFollows(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	require.NoError(t, pgx.BeginFunc(t.Context(), l.pool, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		h := wallet.Hold{ID: "hld_1", HoldFigures: wallet.HoldFigures{Captured: "0", Released: "0", Remaining: "1", Status: wallet.HoldOpen}}
		require.NoError(t, readmodel.QueueHoldChange(b, "p_wallets_1", h))
		require.NoError(t, tx.SendBatch(t.Context(), b).Close())
		for _, name := range []string{"enable_hashjoin", "enable_mergejoin", "plan_cache_mode"} {
			var before, now string
			require.NoError(t, l.pool.QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&before))
			require.NoError(t, tx.QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&now))
			require.Equal(t, before, now, name)
		}
		return nil
	}))
}
