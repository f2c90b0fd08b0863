package payment_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
)

// line is a balance transaction.
func line(id string, of payment.Cause, asset, amount, fee string) payment.Fact {
	return payment.Fact{
		Kind: payment.Balanced, OccurredAt: second(0),
		Settlement: &payment.SettlementFact{Movement: payment.Movement{ID: id, Asset: asset, Amount: amount, Fee: fee}, Type: "some_type", Of: of},
	}
}

// charged is the line of payment pi_1, of so many dollars, settled in an asset.
func charged(dollars, asset, amount, fee string) payment.Fact {
	f := line("txn_c", payment.OfPayment, asset, amount, fee)
	f.Payment, f.Asset, f.Received = "pi_1", "USD", dollars
	f.Settlement.Paid = ledger.Money{Amount: dollars, Asset: "USD"}
	return f
}

// pending is what charged is while the payer's bank has not paid; below zero, when it will not.
func pending(dollars, asset, amount, fee string) payment.Fact {
	f := charged(dollars, asset, amount, fee)
	f.Received = ""
	if strings.HasPrefix(amount, "-") {
		f.Settlement.ID = "txn_b"
	}
	return f
}

// givenBack is the line of refund re_1 of payment pi_1, and, above zero, of its failure.
func givenBack(ownID, dollars, asset, amount, fee string) payment.Fact {
	f := line("txn_r", payment.OfRefund, asset, amount, fee)
	f.Payment, f.Asset = "pi_1", "USD"
	f.Settlement.Paid = ledger.Money{Amount: dollars, Asset: "USD"}
	f.Refund = &payment.RefundFact{ID: ownID, Amount: f.Settlement.Paid, Moved: true, RefundTold: payment.RefundTold{Ref: "re_1", Status: payment.RefundSettled}}
	if strings.HasPrefix(amount, "-") {
		f.Settlement.Paid.Amount = "-" + dollars
	} else {
		f.Settlement.ID, f.Refund.Returned, f.Refund.Status = "txn_f", true, payment.RefundFailed
	}
	return f
}

// another is the line of refund re_2.
func another(f payment.Fact) payment.Fact {
	f.Settlement.ID, f.Refund.Ref = "txn_r2", "re_2"
	return f
}

// outside is a message about refund re_1 of payment pi_1, of four dollars, which was made at the provider.
func outside(status payment.RefundStatus) payment.Fact {
	return payment.Fact{Kind: payment.Refunding, Payment: "pi_1", Refund: &payment.RefundFact{
		Amount: ledger.Money{Amount: "4.00", Asset: "USD"}, Moved: true, Returned: status == payment.RefundFailed,
		RefundTold: payment.RefundTold{Ref: "re_1", Status: status},
	}}
}

func payoutLine(id, amount, fee string, stage payment.PayoutStage) payment.Fact {
	f := line(id, payment.OfPayout, "USD", amount, fee)
	f.Payout = &payment.PayoutFact{ID: "po_1", Amount: ledger.Money{Amount: "60.00", Asset: "USD"}, Stage: stage}
	return f
}

// holds is what an account holds of an asset, on its normal side.
func (b *book) holds(account, asset string) string {
	b.t.Helper()
	var row ledger.Balance
	if text, ok := b.State()["balance/main/"+account+"/"+asset]; ok {
		require.NoError(b.t, json.Unmarshal([]byte(text), &row))
	}
	return row.On(ledger.Address(account).NormalSide()).String()
}

// Whatever messages come beside the balance transactions, in whatever order, and each of them twice: the books are those
// of the balance transactions.
func TestBalanceTransactions(t *testing.T) {
	t.Parallel()
	type books map[string]string // by account and asset; W is the wallet's available
	const fees, other, suspense = payment.Fees, payment.OtherCosts, payment.Suspense
	paid := func(received, refunded string) payment.Fact { return told("W", received, refunded) }
	for name, c := range map[string]struct {
		facts []payment.Fact
		want  books
	}{
		"a fee": {
			[]payment.Fact{paid("10.00", ""), charged("10.00", "USD", "10.00", "0.59")},
			books{"W USD": "10", payment.Clearing + " USD": "9.41", fees + " USD": "0.59"},
		},
		"nobody was told of the payment": {
			[]payment.Fact{charged("10.00", "USD", "10.00", "0.59")},
			books{suspense + " USD": "10", payment.Clearing + " USD": "9.41", fees + " USD": "0.59"},
		},
		"settled in another asset": {
			[]payment.Fact{paid("10.00", ""), charged("10.00", "EUR", "9.20", "0.50")},
			books{"W USD": "10", payment.Clearing + " EUR": "8.7", payment.Conversion + " USD": "-10", payment.Conversion + " EUR": "9.2", fees + " EUR": "0.5"},
		},
		"another asset, nobody was told": {
			[]payment.Fact{charged("10.00", "EUR", "9.20", "0.50")},
			books{suspense + " USD": "10", payment.Clearing + " EUR": "8.7", payment.Conversion + " USD": "-10", payment.Conversion + " EUR": "9.2", fees + " EUR": "0.5"},
		},
		"a refund at the provider, and its fee comes back": {
			[]payment.Fact{paid("10.00", "4.00"), charged("10.00", "USD", "10.00", "0.59"), givenBack("", "4.00", "USD", "-4.00", "-0.12"), outside(payment.RefundSettled)},
			books{"W USD": "6", payment.Clearing + " USD": "5.53", fees + " USD": "0.47"},
		},
		"a refund that only the balance transaction tells of": {
			[]payment.Fact{paid("10.00", ""), charged("10.00", "USD", "10.00", "0.59"), givenBack("", "4.00", "USD", "-4.00", "0.00")},
			books{"W USD": "6", payment.Clearing + " USD": "5.41", fees + " USD": "0.59"},
		},
		"a refund at another rate": {
			[]payment.Fact{paid("10.00", "10.00"), charged("10.00", "EUR", "9.20", "0.50"), givenBack("", "10.00", "EUR", "-9.40", "0.00")},
			books{payment.Clearing + " EUR": "-0.7", payment.Conversion + " EUR": "-0.2", fees + " EUR": "0.5"},
		},
		"a refund at the provider fails": {
			[]payment.Fact{paid("10.00", ""), charged("10.00", "USD", "10.00", "0.59"), givenBack("", "4.00", "USD", "-4.00", "0.00"), givenBack("", "4.00", "USD", "4.00", "0.00"), outside(payment.RefundFailed)},
			books{"W USD": "10", payment.Clearing + " USD": "9.41", fees + " USD": "0.59"},
		},
		"a refund fails, settled in another asset": {
			[]payment.Fact{paid("10.00", ""), charged("10.00", "EUR", "9.20", "0.50"), givenBack("", "4.00", "EUR", "-3.70", "0.00"), givenBack("", "4.00", "EUR", "3.60", "0.00")},
			books{"W USD": "10", payment.Clearing + " EUR": "8.6", payment.Conversion + " USD": "-10", payment.Conversion + " EUR": "9.1", fees + " EUR": "0.5"},
		},
		"one refund fails, another follows, and together they are more than was received": {
			[]payment.Fact{paid("10.00", ""), givenBack("", "8.00", "USD", "-8.00", "0.00"), givenBack("", "8.00", "USD", "8.00", "0.00"), another(givenBack("", "7.00", "USD", "-7.00", "0.00"))},
			books{"W USD": "3", payment.Clearing + " USD": "3"},
		},
		"a refund that fails before anything is known to be received": {
			[]payment.Fact{outside(payment.RefundFailed), paid("", ""), paid("10.00", "")},
			books{"W USD": "10", payment.Clearing + " USD": "10"},
		},
		"a direct debit, not received yet": {
			[]payment.Fact{paid("0.00", ""), pending("10.00", "USD", "10.00", "0.35")},
			books{payment.Uncollected + " USD": "10", payment.Clearing + " USD": "9.65", fees + " USD": "0.35"},
		},
		"a direct debit, received": {
			[]payment.Fact{paid("10.00", ""), pending("10.00", "USD", "10.00", "0.35")},
			books{"W USD": "10", payment.Clearing + " USD": "9.65", fees + " USD": "0.35"},
		},
		"a direct debit that fails": {
			[]payment.Fact{paid("0.00", ""), pending("10.00", "USD", "10.00", "0.35"), pending("-10.00", "USD", "-10.00", "0.00")},
			books{payment.Clearing + " USD": "-0.35", fees + " USD": "0.35"},
		},
		"a direct debit, received, in another asset": {
			[]payment.Fact{paid("10.00", ""), pending("10.00", "EUR", "9.20", "0.35")},
			books{"W USD": "10", payment.Clearing + " EUR": "8.85", payment.Conversion + " USD": "-10", payment.Conversion + " EUR": "9.2", fees + " EUR": "0.35"},
		},
		"a dispute": {
			[]payment.Fact{paid("100.00", ""), disputed(1, payment.DisputeNeedsResponse, taken()), disputeLine(taken()), charged("100.00", "USD", "100.00", "3.00")},
			books{"W USD": "0", payment.Clearing + " USD": "-18", payment.DisputedFunds + " USD": "100", payment.DisputeFees + " USD": "15", fees + " USD": "3"},
		},
		"a dispute that nobody was told of": {
			[]payment.Fact{paid("100.00", ""), disputeLine(taken())},
			books{"W USD": "0", payment.Clearing + " USD": "-15", payment.DisputedFunds + " USD": "100", payment.DisputeFees + " USD": "15"},
		},
		"a payout, with a fee": {
			[]payment.Fact{paidOut("in_transit", "60.00"), payoutLine("txn_p", "-60.00", "0.50", payment.PayoutInTransit), paidOut("paid", "60.00")},
			books{payment.Clearing + " USD": "-60.5", payment.Bank + " USD": "60", fees + " USD": "0.5"},
		},
		"a payout that fails": {
			[]payment.Fact{payoutLine("txn_p", "-60.00", "0.00", payment.PayoutInTransit), payoutLine("txn_q", "60.00", "0.00", payment.PayoutFailed)},
			books{},
		},
		"what is of nothing": {
			[]payment.Fact{line("txn_1", payment.OfOther, "USD", "-7.00", "0.00"), line("txn_2", payment.OfOther, "USD", "2.00", "0.10"), line("txn_3", payment.OfTopUp, "USD", "50.00", "0.00")},
			books{payment.Clearing + " USD": "44.9", other + " USD": "5", fees + " USD": "0.1", payment.Bank + " USD": "-50"},
		},
		"the refund's amounts differ": {
			[]payment.Fact{paid("10.00", ""), givenBack("", "4.00", "USD", "-4.20", "0.00")},
			books{"W USD": "6", payment.Clearing + " USD": "5.8", other + " USD": "0.2"},
		},
		"of an invoice": {
			[]payment.Fact{func() payment.Fact { f := charged("10.00", "USD", "10.00", "0.59"); f.Invoiced = true; return f }()},
			books{payment.Clearing + " USD": "-0.59", fees + " USD": "0.59"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, order := range orders(len(c.facts)) {
				b := open(t, len(order)%2 == 0)
				b.Advance(time.Hour)
				id := b.wallet("usr_ann")
				for _, n := range append(order, order...) {
					f := c.facts[n]
					if f.Wallet == "W" {
						f.Wallet = id
					}
					b.says(f)
				}
				got := books{}
				for row := range b.State() {
					if text, ok := strings.CutPrefix(row, "balance/main/"); ok {
						i := strings.LastIndex(text, "/")
						account := strings.Replace(text[:i], wallet.Account(id, wallet.Available), "W", 1)
						if amount := b.holds(text[:i], text[i+1:]); amount != "0" {
							got[account+" "+text[i+1:]] = amount
						}
					}
				}
				delete(got, wallet.Account(id, wallet.Disputed)+" USD")
				want := books{}
				for account, amount := range c.want {
					if amount != "0" {
						want[account] = amount
					}
				}
				require.Equal(t, want, got, "in the order %v", order)
				require.Equal(t, b.State(), b.Replay(cores()...).State())
			}
		})
	}
}

// disputeLine is a balance transaction of the dispute that disputed tells of.
func disputeLine(m payment.Movement) payment.Fact {
	f := disputed(0, payment.DisputeNeedsResponse, m)
	f.Kind = payment.Balanced
	f.Settlement = &payment.SettlementFact{Movement: m, Type: "adjustment", Of: payment.OfDispute}
	return f
}

// A balance transaction tells how its dispute stands by now, and when it was made. What is said later of the dispute
// counts, also where it is the same.
func TestDisputeStandsAsWasSaidLast(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	b.Advance(time.Hour)
	id, _ := b.paidIn()
	moved := payment.Movement{ID: "txn_1", Asset: "USD", Amount: "-6.00", Fee: "15.00"}
	says := func(minute int, status payment.DisputeStatus) payment.Fact {
		f := disputed(minute, status, moved)
		f.Dispute.Amount.Amount = "6.00"
		return f
	}
	lost := says(1, payment.DisputeLost)
	lost.Kind, lost.Settlement = payment.Balanced, &payment.SettlementFact{Movement: moved, Type: "adjustment", Of: payment.OfDispute}
	for _, f := range []payment.Fact{lost, says(3, payment.DisputeLost), says(2, payment.DisputeReview), says(1, payment.DisputeNeedsResponse)} {
		b.says(f)
		assert.Equal(t, payment.StatusDisputed, b.progress(id).Status, "%s", f.Dispute.Status)
		assert.Equal(t, "6.00", b.progress(id).Disputed)
	}
}

// orders are all orders of n things.
func orders(n int) (out [][]int) {
	if n == 0 {
		return [][]int{nil}
	}
	for _, rest := range orders(n - 1) {
		for at := range n {
			out = append(out, append(append(append([]int{}, rest[:at]...), n-1), rest[at:]...))
		}
	}
	return out
}

func change(f payment.Fact, how func(*payment.Fact)) payment.Fact {
	how(&f)
	return f
}

// What the books cannot take is booked not at all, and says why.
func TestBalanceTransactionsIgnored(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fact payment.Fact
		want payment.Reason
	}{
		"an unknown asset":           {charged("10.00", "DOGE", "9.20", "0.00"), "unknown-asset"},
		"of an unknown asset":        {change(charged("10.00", "EUR", "9.20", "0.00"), func(f *payment.Fact) { f.Asset, f.Settlement.Paid.Asset = "DOGE", "DOGE" }), "unknown-asset"},
		"decimals":                   {line("txn_1", payment.OfOther, "JPY", "9.20", "0"), "amount-scale"},
		"a fee with decimals":        {line("txn_1", payment.OfOther, "JPY", "9", "0.1"), "amount-scale"},
		"another asset than booked":  {change(charged("10.00", "EUR", "9.20", "0.00"), func(f *payment.Fact) { f.Payment = "pi_eur" }), payment.AssetMismatch},
		"a payout of another amount": {change(payoutLine("txn_1", "-60.00", "0", "in_transit"), func(f *payment.Fact) { f.Payout.ID = "po_61" }), payment.AssetMismatch},
		"of nothing known":           {line("txn_1", "gift", "USD", "1.00", "0"), payment.InvalidFact},
		"of no payment":              {change(charged("1.00", "USD", "1.00", "0"), func(f *payment.Fact) { f.Payment = "" }), payment.InvalidFact},
		"of no refund":               {change(givenBack("", "1.00", "USD", "-1.00", "0"), func(f *payment.Fact) { f.Refund = nil }), payment.InvalidFact},
		"of no dispute":              {change(disputeLine(taken()), func(f *payment.Fact) { f.Dispute = nil }), payment.InvalidFact},
		"of no payout":               {line("txn_1", payment.OfPayout, "USD", "1.00", "0"), payment.InvalidFact},
		"an odd id":                  {line("txn/1", payment.OfOther, "USD", "1.00", "0"), payment.InvalidFact},
		"no settlement":              {payment.Fact{Kind: payment.Balanced}, payment.InvalidFact},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t, false)
			other := told("", "9.00", "")
			other.Payment, other.Asset = "pi_eur", "EUR"
			b.says(other)
			po := paidOut("in_transit", "61.00")
			po.Payout.ID = "po_61"
			b.says(po)
			before := b.State()
			events, result := b.says(c.fact)
			notBooked(t, c.want, events, result)
			after := b.State()
			maps.DeleteFunc(after, func(key, _ string) bool { return strings.HasPrefix(key, "held-fact/") })
			assert.Equal(t, before, after)
		})
	}
}

// The result says what became of a balance transaction.
func TestBalanceTransactionResults(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	says := func(want payment.Result, f payment.Fact, types ...string) {
		t.Helper()
		events, result := b.says(f)
		got := []string{}
		for _, e := range events {
			got = append(got, e.Type)
		}
		assert.Equal(t, want, result)
		assert.Equal(t, fmt.Sprint(types), fmt.Sprint(got))
	}
	says(payment.Result{Result: payment.Suspended, Reason: payment.WalletUnnamed}, charged("10.00", "USD", "10.00", "0.59"), payment.TypeReceived, payment.TypeSettled)
	says(payment.Result{Result: payment.Passed, Reason: payment.AlreadyBooked}, charged("10.00", "USD", "10.00", "0.59"))
	free := charged("10.00", "USD", "10.00", "0.00")
	free.Settlement.ID, free.Payment = "txn_2", "pi_2"
	b.says(change(told("", "10.00", ""), func(f *payment.Fact) { f.Payment = "pi_2" }))
	says(payment.Result{Result: payment.Deferred, Reason: payment.NothingMoved}, free, payment.TypeSettled)
	says(payment.Result{Result: payment.Booked}, payoutLine("txn_p", "-60.00", "0.00", payment.PayoutInTransit), payment.TypePayoutCreated, payment.TypeSettled)
	says(payment.Result{Result: payment.Booked}, line("txn_o", payment.OfOther, "USD", "-1.00", "0"), payment.TypeSettled)
}

// What is asked for here shows its fee, and a refund of ours is settled by its balance transaction.
func TestFeeOfAPayment(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	id, into := b.paidIn()
	b.says(charged("10.00", "EUR", "9.20", "0.50"))
	assert.Equal(t, ledger.Money{Amount: "0.50", Asset: "EUR"}, b.progress(id).Fee)
	own := b.refunds(id, "4")
	b.says(givenBack(own, "4.00", "EUR", "-3.70", "-0.10"))
	assert.Equal(t, ledger.Money{Amount: "0.40", Asset: "EUR"}, b.progress(id).Fee)
	assert.Equal(t, []string{"6", "0", "0"}, b.stands(into))
	assert.Equal(t, payment.StatusPartiallyRefunded, b.progress(id).Status)
	// It fails. Its message is for nobody else, although metadata no longer says whose it is.
	_, result := b.says(outside(payment.RefundFailed))
	assert.Equal(t, payment.Booked, result.Result)
	b.says(givenBack("", "4.00", "EUR", "3.70", "0.00"))
	assert.Equal(t, []string{"10", "0", "0"}, b.stands(into))
	assert.Equal(t, "8.8", b.holds(payment.Clearing, "EUR"))
	assert.Equal(t, payment.StatusSucceeded, b.progress(id).Status)
}
