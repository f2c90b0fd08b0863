package payment_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

// TestAccountingIsWhatIsBooked holds the tables of docs/accounting.md against the transactions that they show.
func TestAccountingIsWhatIsBooked(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../docs/accounting.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(data), "\n## Balance transactions\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	var rows []string
	for line := range strings.Lines(section) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| account ") && !strings.HasPrefix(line, "| --- ") {
			rows = append(rows, line)
		}
	}

	var want []string
	shown := func(id string, events []*journal.Event, eventType string) {
		t.Helper()
		before := len(want)
		for _, e := range events {
			if e.Type != eventType {
				continue
			}
			for _, p := range e.Postings {
				account := strings.Replace("`"+p.Account+"`", "`liabilities:wallets:"+id, "W`", 1)
				amount := journal.FormatAmount(p.Amount) + " " + p.Asset
				if p.Side == journal.Debit {
					want = append(want, "| "+account+" | "+amount+" | |")
				} else {
					want = append(want, "| "+account+" | | "+amount+" |")
				}
			}
		}
		require.Greater(t, len(want), before, "no "+eventType)
		require.Contains(t, section, "`"+eventType+"`")
	}
	show := func(eventType string, facts ...payment.Fact) {
		t.Helper()
		b := open(t, false)
		b.Advance(time.Hour)
		id := b.wallet("usr_ann")
		var events []*journal.Event
		for _, f := range facts {
			if f.Wallet == "W" {
				f.Wallet = id
			}
			events, _ = b.says(f)
		}
		shown(id, events, eventType)
	}
	paid := told("W", "10.00", "")
	show(payment.TypeSettled, paid, charged("10.00", "USD", "10.00", "0.59"))
	show(payment.TypeSettled, paid, charged("10.00", "EUR", "9.20", "0.50"))
	show(payment.TypeUncollected, pending("10.00", "USD", "10.00", "0.35"))
	show(payment.TypeUncollected, pending("10.00", "USD", "10.00", "0.35"), paid)
	show(payment.TypeRefundReturned, told("W", "10.00", "4.00"), outside(payment.RefundFailed))
	show(payment.TypeSettled, line("txn_1", payment.OfOther, "USD", "-7.00", "0.00"))
	show(payment.TypeSettled, line("txn_1", payment.OfTopUp, "USD", "50.00", "0.00"))
	require.Equal(t, strings.Join(want, "\n"), strings.Join(rows, "\n"))
}
