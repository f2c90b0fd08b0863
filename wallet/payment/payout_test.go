package payment_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet/payment"
)

func paidOut(stage payment.PayoutStage, amount string) payment.Fact {
	return payment.Fact{
		Provider: payment.Stripe, EventID: "evt_" + string(stage), Type: "payout." + string(stage), Raw: 9, Kind: payment.PaidOut,
		Payout: &payment.PayoutFact{ID: "po_1", Amount: ledger.Money{Amount: amount, Asset: "USD"}, Stage: stage},
	}
}

// places is where the money of a payout may stand: clearing, in transit, the bank.
func (b *book) places() [3]string {
	return [3]string{b.balance(payment.Clearing), b.balance(payment.InTransit), b.balance(payment.Bank)}
}

func TestPayouts(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		stages []payment.PayoutStage
		amount string
		then   [3]string
		events int
	}{
		"it leaves":                {[]payment.PayoutStage{"in_transit"}, "60.00", [3]string{"40", "60", "0"}, 1},
		"it arrives":               {[]payment.PayoutStage{"in_transit", "paid"}, "60.00", [3]string{"40", "0", "60"}, 2},
		"heard of when it arrives": {[]payment.PayoutStage{"paid"}, "60.00", [3]string{"40", "0", "60"}, 2},
		"it fails on its way":      {[]payment.PayoutStage{"in_transit", "failed"}, "60.00", [3]string{"100", "0", "0"}, 2},
		"it fails once paid":       {[]payment.PayoutStage{"in_transit", "paid", "failed"}, "60.00", [3]string{"100", "0", "0"}, 3},
		"heard of when it fails":   {[]payment.PayoutStage{"failed", "in_transit", "paid"}, "60.00", [3]string{"100", "0", "0"}, 1},
		"the last comes first":     {[]payment.PayoutStage{"paid", "in_transit"}, "60.00", [3]string{"40", "0", "60"}, 2},
		"the bank pays":            {[]payment.PayoutStage{"in_transit", "paid"}, "-60.00", [3]string{"160", "0", "-60"}, 2},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t, true)
			b.says(told(b.wallet("usr_ann"), "100.00", ""))
			before := len(b.Events())
			for _, stage := range test.stages {
				b.says(paidOut(stage, test.amount))
				b.says(paidOut(stage, test.amount))
			}
			assert.Equal(t, test.then, b.places())
			assert.Len(t, b.Events(), before+test.events)
			assert.Equal(t, b.State(), b.Replay(cores()...).State())
		})
	}
}

func TestPayoutsIgnored(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	b.Advance(time.Hour)
	b.says(paidOut("in_transit", "60.00"))
	for _, c := range []struct {
		fact payment.Fact
		want payment.Reason
	}{
		{paidOut("paid", "61.00"), payment.AssetMismatch},
		{paidOut("paid", "60.001"), "amount-scale"},
		{paidOut("gone", "60.00"), payment.InvalidFact},
		{payment.Fact{Kind: payment.PaidOut}, payment.InvalidFact},
	} {
		events, result := b.says(c.fact)
		notBooked(t, c.want, events, result)
	}
	assert.Equal(t, [3]string{"-60", "60", "0"}, b.places())
}

// A payout ends where its furthest stage has it, whatever comes in whatever order.
func TestPayoutsInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		b := open(t, rapid.Bool().Draw(r, "cold"))
		ranks := []payment.PayoutStage{"in_transit", "paid", "failed"}
		told := rapid.SliceOfN(rapid.IntRange(0, 2), 1, 8).Draw(r, "stages")
		last := 0
		for _, n := range told {
			b.says(paidOut(ranks[n], "60.00"))
			last = max(last, n)
		}
		want := [...][3]string{{"-60", "60", "0"}, {"-60", "0", "60"}, {"0", "0", "0"}}[last]
		require.Equal(r, want, b.places(), fmt.Sprint(told))
	})
}
