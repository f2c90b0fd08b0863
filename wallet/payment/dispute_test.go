package payment_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
)

// taken is what the provider takes, returned what it gives back, and refunded so with the fee.
func taken() payment.Movement {
	return payment.Movement{ID: "txn_1", Asset: "USD", Amount: "-100.00", Fee: "15.00"}
}

func returned() payment.Movement {
	return payment.Movement{ID: "txn_2", Asset: "USD", Amount: "100.00", Fee: "0.00"}
}

func refunded() payment.Movement {
	return payment.Movement{ID: "txn_2", Asset: "USD", Amount: "100.00", Fee: "-15.00"}
}

// disputed is a message about a dispute of 100.00 of the payment that told tells of, so many minutes after it.
func disputed(minute int, status payment.DisputeStatus, moved ...payment.Movement) payment.Fact {
	return payment.Fact{
		Provider: payment.Stripe, EventID: fmt.Sprintf("evt_d%d", minute), Type: "charge.dispute.updated", Raw: 7, Kind: payment.Disputed,
		OccurredAt: decidetest.Start().Add(time.Duration(minute) * time.Minute), Payment: "pi_1",
		Dispute: &payment.DisputeFact{
			ID: "dp_1", Amount: ledger.Money{Amount: "100.00", Asset: "USD"}, Status: status, Reason: "fraudulent", Movements: moved,
		},
	}
}

// stripe is what the accounts of a dispute hold: clearing, disputed, the fees.
func (b *book) stripe() [3]string {
	return [3]string{b.balance(payment.Clearing), b.balance(payment.DisputedFunds), b.balance(payment.DisputeFees)}
}

func (b *book) disputed(id string) string { return b.balance(wallet.Account(id, wallet.Disputed)) }

func TestDisputes(t *testing.T) {
	t.Parallel()
	type figures struct {
		available, disputed string
		stripe              [3]string
	}
	standing := figures{"50", "100", [3]string{"35", "100", "15"}}
	lost := figures{"50", "0", [3]string{"35", "0", "15"}}
	won := figures{"150", "0", [3]string{"135", "0", "15"}}
	none := figures{"150", "0", [3]string{"150", "0", "0"}}
	cases := map[string]struct {
		facts []payment.Fact
		then  figures
	}{
		"an inquiry moves nothing": {[]payment.Fact{disputed(1, payment.DisputeInquiry), disputed(2, payment.DisputeInquiryClosed)}, none},
		"funds are withdrawn":      {[]payment.Fact{disputed(1, payment.DisputeNeedsResponse, taken())}, standing},
		"it is under review":       {[]payment.Fact{disputed(1, payment.DisputeNeedsResponse, taken()), disputed(2, payment.DisputeReview, taken())}, standing},
		"it is lost":               {[]payment.Fact{disputed(1, payment.DisputeNeedsResponse, taken()), disputed(3, payment.DisputeLost, taken())}, lost},
		"it is won":                {[]payment.Fact{disputed(1, payment.DisputeNeedsResponse, taken()), disputed(3, payment.DisputeWon, taken(), returned())}, won},
		"won, and the funds come later": {
			[]payment.Fact{disputed(1, payment.DisputeNeedsResponse, taken()), disputed(2, payment.DisputeWon, taken()), disputed(3, payment.DisputeWon, taken(), returned())}, won,
		},
		"won, but not yet paid back":   {[]payment.Fact{disputed(1, payment.DisputeNeedsResponse, taken()), disputed(2, payment.DisputeWon, taken())}, standing},
		"the fee comes back too":       {[]payment.Fact{disputed(1, payment.DisputeNeedsResponse, taken()), disputed(3, payment.DisputeWon, taken(), refunded())}, figures{"150", "0", [3]string{"150", "0", "0"}}},
		"heard of when it is lost":     {[]payment.Fact{disputed(3, payment.DisputeLost, taken())}, lost},
		"heard of when it is won":      {[]payment.Fact{disputed(3, payment.DisputeWon, taken(), returned())}, won},
		"the first message comes last": {[]payment.Fact{disputed(3, payment.DisputeLost, taken()), disputed(1, payment.DisputeNeedsResponse)}, lost},
		"everything twice":             {[]payment.Fact{disputed(1, payment.DisputeNeedsResponse, taken()), disputed(1, payment.DisputeNeedsResponse, taken()), disputed(3, payment.DisputeLost, taken()), disputed(3, payment.DisputeLost, taken())}, lost},
		"lost, and won after all":      {[]payment.Fact{disputed(3, payment.DisputeLost, taken()), disputed(9, payment.DisputeWon, taken(), returned())}, won},
		"it became one from inquiry":   {[]payment.Fact{disputed(1, payment.DisputeInquiry), disputed(2, payment.DisputeNeedsResponse, taken())}, standing},
		"an unheard-of status goes on": {[]payment.Fact{disputed(1, "prevented", taken())}, standing},
	}
	for name, test := range cases {
		for _, cold := range []bool{false, true} {
			for _, late := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, cold %t, payment last %t", name, cold, late), func(t *testing.T) {
					t.Parallel()
					b := open(t, cold)
					b.Advance(time.Hour)
					id := b.wallet("usr_ann")
					paid := told(id, "150.00", "")
					if !late {
						b.says(paid)
					}
					for _, f := range test.facts {
						b.says(f)
					}
					if late {
						b.says(paid)
					}
					got := figures{b.available(id), b.disputed(id), b.stripe()}
					assert.Equal(t, test.then, got)
					assert.Equal(t, "0", b.balance(payment.Suspense))
					assert.Equal(t, b.State(), b.Replay(cores()...).State())
				})
			}
		}
	}
}

// CASES: a dispute of 100 on a wallet that has spent it.
func TestDisputeOfWhatIsSpent(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	b.Advance(time.Hour)
	ann, bob := b.wallet("usr_ann"), b.wallet("usr_bob")
	b.says(told(ann, "100.00", ""))
	b.Do(wallet.CommandTransfer, wallet.Transfer{
		As: wallet.As{Principal: "usr_ann"}, NewTransfer: wallet.NewTransfer{FromWallet: ann, ToWallet: bob, Amount: ledger.Money{Amount: "100", Asset: "USD"}},
	})
	events, result := b.says(disputed(1, payment.DisputeNeedsResponse, taken()))
	assert.Equal(t, payment.Result{Result: payment.Booked}, result)
	require.Len(t, events, 3)
	assert.Equal(t, payment.TypeDisputeUpdated, events[0].Type)
	assert.Equal(t, []string{
		"assets:stripe:disputed debit 100.00", "expenses:stripe:disputes debit 15.00", "assets:stripe:clearing credit 115.00",
		wallet.Account(ann, wallet.Available) + " debit 100.00", wallet.Account(ann, wallet.Disputed) + " credit 100.00",
	}, lines(events[1]))
	assert.Equal(t, wallet.TypeWalletFrozen, events[2].Type)
	assert.Equal(t, "-100", b.available(ann))

	second := told(ann, "150.00", "")
	second.Payment = "pi_2"
	b.says(second)
	assert.Equal(t, "50", b.available(ann))
}

// The provider settles in another asset than was paid with: each side stands in its own.
func TestDisputeSettledInAnotherAsset(t *testing.T) {
	t.Parallel()
	eur := func(id, amount string) payment.Movement {
		return payment.Movement{ID: id, Asset: "EUR", Amount: amount, Fee: "0.00"}
	}
	b := open(t, false)
	b.Advance(time.Hour)
	id := b.wallet("usr_ann")
	b.says(told(id, "150.00", ""))
	b.says(disputed(1, payment.DisputeNeedsResponse, eur("txn_1", "-93.00")))
	assert.Equal(t, "100", b.disputed(id))
	b.says(disputed(2, payment.DisputeReview, eur("txn_1", "-93.00"), eur("txn_2", "31.00")))
	assert.Equal(t, "66.67", b.disputed(id)) // two thirds are still out
	assert.Equal(t, "83.33", b.available(id))
	events, _ := b.says(disputed(3, payment.DisputeLost, eur("txn_1", "-93.00"), eur("txn_2", "31.00")))
	assert.Equal(t, []string{
		wallet.Account(id, wallet.Disputed) + " debit 66.67", "equity:conversion credit 66.67",
		"equity:conversion debit 62.00", "assets:stripe:disputed credit 62.00",
	}, lines(events[1]))
	assert.Equal(t, "0", b.disputed(id))
}

// Whoever's it is in the end, what was lost meanwhile stands in suspense.
func TestDisputeLostInSuspense(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	b.Advance(time.Hour)
	id := b.wallet("usr_ann")
	b.says(told("", "150.00", ""))
	_, result := b.says(disputed(3, payment.DisputeLost, taken()))
	assert.Equal(t, payment.Result{Result: payment.Suspended, Reason: payment.WalletUnnamed}, result)
	assert.Equal(t, "50", b.balance(payment.Suspense))
	b.says(told(id, "150.00", ""))
	assert.Equal(t, "0", b.balance(payment.Suspense))
	assert.Equal(t, "50", b.available(id))
}

func TestDisputesIgnored(t *testing.T) {
	t.Parallel()
	with := func(change func(*payment.Fact)) payment.Fact {
		f := disputed(2, payment.DisputeNeedsResponse, taken())
		change(&f)
		return f
	}
	cases := map[string]struct {
		fact payment.Fact
		then payment.Reason
	}{
		"without a payment":      {with(func(f *payment.Fact) { f.Payment = "" }), payment.InvalidFact},
		"without what it is":     {with(func(f *payment.Fact) { f.Dispute = nil }), payment.InvalidFact},
		"an id that is none":     {with(func(f *payment.Fact) { f.Dispute.ID = "dp/1" }), payment.InvalidFact},
		"below zero":             {with(func(f *payment.Fact) { f.Dispute.Amount.Amount = "-1" }), payment.InvalidFact},
		"an amount that is none": {with(func(f *payment.Fact) { f.Dispute.Movements[0].Fee = "1e3" }), payment.InvalidFact},
		"of another payment":     {with(func(f *payment.Fact) { f.Payment = "pi_2" }), payment.AssetMismatch},
		"in another asset":       {with(func(f *payment.Fact) { f.Dispute.Amount.Asset = "EUR" }), payment.AssetMismatch},
		"in an unknown asset": {with(func(f *payment.Fact) {
			f.Dispute.Movements = []payment.Movement{{ID: "txn_9", Asset: "XXX", Amount: "-1", Fee: "0"}}
		}), "unknown-asset"},
		"with too many decimals": {with(func(f *payment.Fact) {
			f.Dispute.Movements = []payment.Movement{{ID: "txn_9", Asset: "USD", Amount: "-1.001", Fee: "0"}}
		}), "amount-scale"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t, false)
			b.Advance(time.Hour)
			b.says(disputed(1, payment.DisputeInquiry))
			events, result := b.says(test.fact)
			notBooked(t, test.then, events, result)
		})
	}
}

// A dispute ends in the same books whatever messages come, in whatever order, however often, before the
// payment or after: those of its last message.
func TestDisputesInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		history := []payment.Fact{disputed(1, payment.DisputeInquiry), disputed(2, payment.DisputeNeedsResponse, taken()), disputed(3, payment.DisputeReview, taken())}
		if rapid.Bool().Draw(r, "won") {
			history = append(history, disputed(4, payment.DisputeWon, taken()), disputed(5, payment.DisputeWon, taken(), returned()))
		} else {
			history = append(history, disputed(4, payment.DisputeLost, taken()))
		}
		perfect, b := open(t, false), open(t, rapid.Bool().Draw(r, "cold"))
		for _, book := range []*book{perfect, b} {
			book.Advance(time.Hour)
			book.wallet("usr_ann")
		}
		id := b.wallet("usr_bob")
		require.Equal(r, id, perfect.wallet("usr_bob"))
		paid := told(id, "150.00", "")
		for _, f := range append([]payment.Fact{paid}, history...) {
			perfect.says(f)
		}
		told := append([]payment.Fact{paid}, history...)
		told = append(told, rapid.SliceOf(rapid.SampledFrom(told)).Draw(r, "again")...)
		for _, f := range rapid.Permutation(told).Draw(r, "order") {
			b.says(f)
		}
		for _, account := range []string{
			wallet.Account(id, wallet.Available), wallet.Account(id, wallet.Disputed), payment.Clearing, payment.DisputedFunds, payment.DisputeFees, payment.Suspense,
		} {
			require.Equal(r, perfect.balance(account), b.balance(account), account)
		}
	})
}
