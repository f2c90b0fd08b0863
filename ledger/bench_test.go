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

// BenchmarkPostTransaction decides and evolves transactions of two postings over 10,000 accounts,
// the decoding of the command included.
func BenchmarkPostTransaction(b *testing.B) {
	const accounts = 10_000
	registry := journal.NewRegistry()
	ledger.Register(registry)
	bench := journal.NewBench(registry)
	commands := make([]journal.Command, accounts)
	for i := range commands {
		data, err := json.Marshal(ledger.PostTransaction{Ledger: ledger.Main, NewTransaction: ledger.NewTransaction{
			Postings: []ledger.Line{
				{Account: fmt.Sprintf("liabilities:user:%06d", i), Side: "debit", Amount: "10.50", Asset: "USD"},
				{Account: fmt.Sprintf("liabilities:user:%06d", (i*7919+1)%accounts), Side: "credit", Amount: "10.50", Asset: "USD"},
			},
		}})
		require.NoError(b, err)
		commands[i] = journal.Command{Type: ledger.CommandPostTransaction, Data: data, Actor: "bench"}
	}
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		events, _, err := bench.Decide(commands[i%accounts], now)
		if err != nil || len(events) != 1 {
			b.Fatal(err, len(events))
		}
	}
}
