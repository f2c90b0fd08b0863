package ledger_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
)

func TestExcess(t *testing.T) {
	t.Parallel()
	line := func(side, amount, asset string) ledger.Line {
		return ledger.Line{Account: "assets:a", Side: side, Amount: amount, Asset: asset}
	}
	for name, c := range map[string]struct {
		lines []ledger.Line
		want  []ledger.Money
		fails string
	}{
		"balanced, with other decimals": {lines: []ledger.Line{line("debit", "1.0", "USD"), line("credit", "1", "USD")}},
		"in two assets": {
			lines: []ledger.Line{line("debit", "1.50", "USD"), line("credit", "1", "USD"), line("credit", "3", "EUR")},
			want:  []ledger.Money{{Amount: "0.50", Asset: "USD"}, {Amount: "-3", Asset: "EUR"}},
		},
		"an amount that is none": {lines: []ledger.Line{line("debit", "-1", "USD")}, fails: ledger.ErrAmountForm.Error()},
		"a side that is none":    {lines: []ledger.Line{line("left", "1", "USD")}, fails: `want "debit" or "credit"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := (&ledger.NewTransaction{Postings: c.lines}).Excess()
			if c.fails != "" {
				require.EqualError(t, err, c.fails)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}
