package ledger_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// BenchmarkPostTransaction takes transactions of two postings over 10,000 accounts: "read" is reading
// the command alone, "decide" is reading it, deciding it and evolving its event. These are dry
// runs over books that are there, so that nothing piles up that a writer would have let go.
func BenchmarkPostTransaction(b *testing.B) {
	const accounts = 10_000
	registry := journal.NewRegistry()
	ledger.Register(registry)
	bench := journal.NewBench(registry)
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	commands := make([]journal.Command, accounts)
	for i := range commands {
		data, err := json.Marshal(pay(fmt.Sprintf("liabilities:user:%06d", i), fmt.Sprintf("liabilities:user:%06d", (i*7919+1)%accounts), "10.50", "USD"))
		require.NoError(b, err)
		c := journal.Command{Type: ledger.CommandPostTransaction, Data: data, Actor: "bench"}
		_, _, err = bench.Decide(c, now)
		require.NoError(b, err)
		c.DryRun = true
		commands[i] = c
	}
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			var c ledger.PostTransaction
			if !c.ReadQuickly(commands[i%accounts].Data) {
				b.Fatal("not plain")
			}
		}
	})
	b.Run("decide", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if events, _, err := bench.Decide(commands[i%accounts], now); err != nil || len(events) != 1 {
				b.Fatal(err, len(events))
			}
		}
	})
}
