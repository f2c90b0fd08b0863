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

// accounting is a section of docs/accounting.md, and the rows of its tables.
func accounting(t *testing.T, title string) (section string, rows []string) {
	t.Helper()
	data, err := os.ReadFile("../../docs/accounting.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(data), "\n## "+title+"\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	for line := range strings.Lines(section) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| account ") && !strings.HasPrefix(line, "| --- ") {
			rows = append(rows, line)
		}
	}
	return section, rows
}

// asRows are the postings of an event as docs/accounting.md shows them; the wallet of id is W.
func asRows(e *journal.Event, id string) (rows []string) {
	for _, p := range e.Postings {
		account := strings.Replace("`"+p.Account+"`", "`liabilities:wallets:"+id, "W`", 1)
		amount := journal.FormatAmount(p.Amount) + " " + p.Asset
		if p.Side == journal.Debit {
			rows = append(rows, "| "+account+" | "+amount+" | |")
		} else {
			rows = append(rows, "| "+account+" | | "+amount+" |")
		}
	}
	return rows
}

// TestAccountingIsWhatIsBooked holds the tables of docs/accounting.md against the transactions that they show.
func TestAccountingIsWhatIsBooked(t *testing.T) {
	t.Parallel()
	section, rows := accounting(t, "Balance transactions")
	var want []string
	shown := func(id string, events []*journal.Event, eventType string) {
		t.Helper()
		before := len(want)
		for _, e := range events {
			if e.Type != eventType {
				continue
			}
			want = append(want, asRows(e, id)...)
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

// From the payer's card to our bank, as docs/accounting.md shows it: every posting of it, and nothing is left at Stripe.
func TestClearingIsEmptyAfterThePayout(t *testing.T) {
	t.Parallel()
	section, rows := accounting(t, "From the card to the bank")
	b := open(t, true)
	b.Advance(time.Hour)
	id := b.wallet("usr_ann")
	var want []string
	for _, f := range []payment.Fact{
		told(id, "10.00", ""), charged("10.00", "USD", "10.00", "0.59"), paidOut("in_transit", "9.41"), paidOut("paid", "9.41"),
	} {
		events, result := b.says(f)
		require.Equal(t, payment.Result{Result: payment.Booked}, result)
		for _, e := range events {
			want = append(want, asRows(e, id)...)
			require.Contains(t, section, "`"+e.Type+"`")
		}
	}
	require.Equal(t, strings.Join(want, "\n"), strings.Join(rows, "\n"))
	require.Equal(t, [3]string{"0", "0", "9.41"}, b.places())
	require.Equal(t, "10", b.available(id))
	require.Equal(t, "0.59", b.balance("expenses:stripe:fees"))
	require.Equal(t, b.State(), b.Replay(cores()...).State())
}
