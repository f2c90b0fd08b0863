package journal_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

// A core that makes a transaction of one leg fails when it emits it, before any store has to refuse.
func TestACoreCannotEmitWhatDoesNotBalance(t *testing.T) {
	t.Parallel()
	r := journal.NewRegistry()
	journal.Records[struct{}](r, "moved", 1, nil)
	journal.Decides(r, "move", func(s *journal.Scope, c struct {
		Credit string `json:"credit"`
	}) error {
		s.Emit(journal.Event{Ledger: "main", Number: 1, Stream: "x", Type: "moved", Schema: 1, Body: struct{}{}, Postings: []journal.Posting{
			{Account: "assets:a", Side: journal.Debit, Amount: decimal.RequireFromString("10"), Asset: "JPY"},
			{Account: "liabilities:b", Side: journal.Credit, Amount: decimal.RequireFromString(c.Credit), Asset: "JPY"},
		}})
		return nil
	})
	decide := func(credit string) error {
		_, _, err := journal.NewBench(r).Decide(journal.Command{Type: "move", Data: []byte(`{"credit":"` + credit + `"}`)}, time.Now())
		return err
	}
	require.NoError(t, decide("10"))
	var unbalanced *journal.ErrUnbalanced
	require.ErrorAs(t, decide("9"), &unbalanced)
	require.Equal(t, "JPY", unbalanced.Asset)
	require.Equal(t, "1", unbalanced.Excess.String())
}
