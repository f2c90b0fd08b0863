package postgres

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/storetest"
)

// accounts is how many balances there are in the benchmarks.
const accounts = 50_000

func balanceKey(account int) string {
	return fmt.Sprintf("balance/main/liabilities:customers:%d/USD", account%accounts)
}

// fillState writes all balances at version 1.
func fillState(b *testing.B, t *term) {
	b.Helper()
	run(b, t.conn, `INSERT INTO state (version, based_on, shard, key, data)
		SELECT 1, 0, 0, format('balance/main/liabilities:customers:%s/USD', n), '{"debits":"123456.78","credits":"234567.89"}'
		FROM generate_series(0, $1 - 1) n`, accounts)
}

// BenchmarkAppend measures one term's append: each command is one event of two postings with its
// outcome and two rows of balances, of which the one is hot (the same in every event) and the other
// one of 50,000.
//
//	go test -run '^$' -bench Append ./adapters/postgres
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 100, 2000} {
		b.Run(fmt.Sprintf("commands=%d", size), func(b *testing.B) {
			term := begin(b, openStore(b, pgtest.Database(b)))
			fillState(b, term)
			head := term.Head()
			versions := map[string]int64{}
			n := 0
			for b.Loop() {
				b.StopTimer()
				d := storetest.NewDraft(head)
				changed := map[string]bool{}
				for range size {
					n++
					d.Transfer(storetest.Command("bench", n), 1)
					changed[balanceKey(0)] = true
					changed[balanceKey(n)] = true
				}
				for key := range changed {
					d.Put(key, max(versions[key], 1), `{"debits":"123456.78","credits":"234567.89","pending":"0.00"}`)
				}
				batch := d.Seal()
				for key := range changed {
					versions[key] = batch.After.Position
				}
				b.StartTimer()
				require.NoError(b, term.Append(b.Context(), batch))
				head = batch.After
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// BenchmarkLoad measures what the writer asks for before it decides commands that it knows nothing
// about: an outcome (there is none) and two balances each.
func BenchmarkLoad(b *testing.B) {
	for _, size := range []int{1, 100, 2000} {
		b.Run(fmt.Sprintf("commands=%d", size), func(b *testing.B) {
			term := begin(b, openStore(b, pgtest.Database(b)))
			fillState(b, term)
			n := 0
			for b.Loop() {
				var want journal.Wanted
				for range size {
					n++
					want.Outcomes = append(want.Outcomes, storetest.Command("bench", n))
					want.State = append(want.State, balanceKey(n), balanceKey(n+accounts/2))
				}
				found, err := term.Load(b.Context(), want)
				require.NoError(b, err)
				require.Len(b, found.State, 2*size)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "commands/s")
		})
	}
}
