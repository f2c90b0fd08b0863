package postgres

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/ledger/journal/storetest"
)

// BenchmarkAppend measures one term's append: each command is one event of two postings with its
// outcome and two rows of balances, of which the one is hot (the same in every event) and the other
// one of 50,000.
//
//	go test -run '^$' -bench Append ./adapters/postgres
func BenchmarkAppend(b *testing.B) {
	const accounts = 50_000
	for _, size := range []int{1, 100, 2000} {
		b.Run(fmt.Sprintf("commands=%d", size), func(b *testing.B) {
			term := begin(b, openStore(b, pgtest.Database(b)))
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
					changed["balance/main/equity:opening/USD"] = true
					changed[fmt.Sprintf("balance/main/liabilities:customers:%d/USD", n%accounts)] = true
				}
				for key := range changed {
					d.Put(key, versions[key], `{"debits":"123456.78","credits":"234567.89","pending":"0.00"}`)
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
