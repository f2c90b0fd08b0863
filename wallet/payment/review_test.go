package payment_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/risk"
)

// rules sets rules.
func (b *book) rules(rules ...risk.Rule) {
	b.t.Helper()
	b.Do(risk.CommandSetRules, risk.SetRules{Rules: rules, Note: "test", SetBy: "usr_boss"})
}

func rule(name, when string, decision risk.Decision) risk.Rule {
	return risk.Rule{Name: name, When: when, Decision: decision, Reason: "because of " + name}
}

// asksFor asks for a payment and returns it as it stands, with what was known of it.
func (b *book) asksFor(walletID, amount string) payment.Created {
	b.t.Helper()
	c := asks(walletID)
	c.As, c.Amount.Amount = wallet.As{Principal: "key_shop", Role: wallet.Service}, amount
	events := b.Do(payment.CommandCreate, c)
	require.Len(b.t, events, 1)
	return events[0].Body.(payment.Created)
}

// shown is how a payment is shown.
func (b *book) shown(id string) payment.Payment {
	b.t.Helper()
	var created, last *journal.Event
	for _, e := range b.Events() {
		if of, ok := payment.IDOf(e); ok && of == id {
			if last = e; created == nil {
				created = e
			}
		}
	}
	p, err := payment.Show(created, nil, last)
	require.NoError(b.t, err)
	return p
}

// paidWith says that a payment of ours is paid with a card.
func paidWith(id, intent, received, refunded string, card risk.Card) payment.Fact {
	return payment.Fact{Kind: payment.Paid, Payment: intent, Order: id, Asset: "USD", Received: received, Refunded: refunded, Card: &card}
}

func good() risk.Card { return risk.Card{ID: "c1", Country: "US", Brand: "visa", Funding: "credit"} }
func bad() risk.Card  { return risk.Card{ID: "c2", Country: "KP", Brand: "visa", Funding: "prepaid"} }

func (b *book) review(id string, decision risk.Decision) payment.Review {
	return payment.Review{As: wallet.As{Principal: "usr_boss", Role: wallet.Service}, ReviewID: id, Decision: decision, Reason: "looked at"}
}

func (b *book) pending(id string) string {
	b.t.Helper()
	return b.balance(wallet.Account(id, wallet.Pending))
}

// same holds what is in memory against a replay of the journal.
func (b *book) same() {
	b.t.Helper()
	require.Equal(b.t, b.State(), b.Replay(cores()...).State())
}

func TestVelocity(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold)
		ann, bob := b.wallet("usr_ann"), b.wallet("usr_bob")
		b.rules(rule("velocity", "user.payments_hour >= 5", risk.Refuse))
		for range 5 {
			assert.Equal(t, risk.Allow, b.asksFor(ann, "10").Assessment.Decision)
			b.Advance(time.Minute)
		}
		sixth := b.asksFor(ann, "10")
		assert.Equal(t, risk.Judgment{Decision: risk.Refuse, Rules: 1, Reasons: []risk.Reason{{Rule: "velocity", Decision: risk.Refuse, Text: "because of velocity"}}}, sixth.Assessment.Judgment)
		assert.Equal(t, risk.History{PaymentsHour: 5, PaymentsDay: 5, AmountHour: "50.00", AmountDay: "50.00"}, sixth.Assessment.Facts.User.History)
		assert.Equal(t, payment.StatusRefused, b.shown(sixth.PaymentID).Status)
		assert.Equal(t, risk.Allow, b.asksFor(bob, "10").Assessment.Decision)
		b.Advance(50 * time.Minute)
		assert.Equal(t, risk.Refuse, b.asksFor(ann, "10").Assessment.Decision)
		b.Advance(80 * time.Minute)
		after := b.asksFor(ann, "10")
		assert.Equal(t, risk.Allow, after.Assessment.Decision)
		assert.Equal(t, int64(7), after.Assessment.Facts.User.PaymentsDay)
		assert.Equal(t, int64(2), after.Assessment.Facts.User.RefusedDay)
		b.same()
	}
}

func TestReviewBeforeItIsPaid(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann := b.wallet("usr_ann")
	b.rules(rule("large", `payment.asset == "USD" && payment.amount >= decimal("10.50")`, risk.Review))
	assert.Equal(t, payment.StatusCreated, b.shown(b.asksFor(ann, "10.49").PaymentID).Status)
	one := b.asksFor(ann, "10.5")
	p := b.shown(one.PaymentID)
	assert.Equal(t, payment.StatusReview, p.Status)
	require.NotEmpty(t, p.Risk.Review)
	assert.Equal(t, payment.ErrReviewNotFound.Code, b.When(payment.CommandReview, b.review("rev_x", risk.Allow)).Refusal.Code)
	assert.Equal(t, ledger.ErrInvalidField.Code, b.When(payment.CommandReview, b.review(p.Risk.Review, risk.Review)).Refusal.Code)

	events := b.Do(payment.CommandReview, b.review(p.Risk.Review, risk.Allow))
	require.Len(t, events, 1)
	assert.True(t, payment.WantsAsking(events[0].Type))
	decided := b.shown(one.PaymentID)
	assert.Equal(t, payment.StatusCreated, decided.Status)
	assert.Equal(t, "usr_boss", decided.Risk.DecidedBy)
	assert.Equal(t, payment.ErrReviewDecided.Code, b.When(payment.CommandReview, b.review(p.Risk.Review, risk.Refuse)).Refusal.Code)

	two := b.shown(b.asksFor(ann, "11").PaymentID)
	b.Do(payment.CommandReview, b.review(two.Risk.Review, risk.Refuse))
	three := b.asksFor(ann, "12")
	assert.Equal(t, int64(1), three.Assessment.Facts.User.RefusedDay)
	b.same()
}

// The card says no: what was paid is given back, once, whatever is told again and in whatever order.
func TestCardRefused(t *testing.T) {
	t.Parallel()
	for name, cardFirst := range map[string]bool{"card first": true, "money first": false} {
		t.Run(name, func(t *testing.T) {
			b := open(t, true)
			ann := b.wallet("usr_ann")
			b.rules(rule("country", `card.country in ["KP", "IR"]`, risk.Refuse), rule("never", "user.paid > 100", risk.Refuse))
			id := b.asksFor(ann, "10").PaymentID
			b.Do(payment.CommandRecordOpened, payment.RecordOpened{PaymentID: id, Ref: "pi_1", Intent: "pi_1", Told: payment.StatusCreated, At: b.Now()})
			if cardFirst {
				b.says(paidWith(id, "pi_1", "0.00", "", bad()))
				assert.True(t, b.shown(id).Refused())
			} else {
				b.says(payment.Fact{Kind: payment.Paid, Payment: "pi_1", Order: id, Asset: "USD", Received: "10.00"})
			}
			assert.Equal(t, "0", b.pending(ann))
			events, _ := b.says(paidWith(id, "pi_1", "10.00", "", bad()))
			asked := events[len(events)-1].Body.(payment.RefundAsked)
			assert.Equal(t, "10.00", asked.Amount.Amount)
			assert.Equal(t, []string{"0", "10"}, []string{b.available(ann), b.pending(ann)})
			events, result := b.says(paidWith(id, "pi_1", "10.00", "", bad()))
			assert.Empty(t, events)
			assert.Equal(t, payment.AlreadyBooked, result.Reason)

			b.Do(payment.CommandRecordRefund, payment.RecordRefund{RefundID: asked.RefundID, RefundTold: payment.RefundTold{Ref: "re_1", Status: payment.RefundFailed, At: b.Now()}})
			assert.Equal(t, []string{"10", "0"}, []string{b.available(ann), b.pending(ann)})
			events, _ = b.says(paidWith(id, "pi_1", "10.00", "", bad()))
			assert.Empty(t, events, "what the provider would not give back is not asked for again")
			assert.True(t, b.shown(id).Refused())
			b.same()
		})
	}
}

// A refused payment whose money is gone is for finance, and nothing more leaves the wallet.
func TestCardRefusedAfterItWasSpent(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, bob := b.wallet("usr_ann"), b.wallet("usr_bob")
	b.rules(rule("country", `card.country == "KP"`, risk.Refuse))
	id := b.asksFor(ann, "10").PaymentID
	b.says(payment.Fact{Kind: payment.Paid, Payment: "pi_1", Order: id, Asset: "USD", Received: "10.00"})
	b.Do(wallet.CommandTransfer, wallet.Transfer{As: asUser("usr_ann"), NewTransfer: wallet.NewTransfer{FromWallet: ann, ToWallet: bob, Amount: ledger.Money{Amount: "4", Asset: "USD"}}})
	b.says(paidWith(id, "pi_1", "10.00", "", bad()))
	p := b.shown(id)
	assert.True(t, p.InReview())
	assert.Equal(t, "because of country", p.Risk.Reasons[0].Text)
	require.ErrorIs(t, b.When(payment.CommandReview, b.review(p.Risk.Review, risk.Refuse)).Refusal, wallet.ErrWalletFrozen)
	b.Do(payment.CommandReview, b.review(p.Risk.Review, risk.Allow))
	assert.Equal(t, []string{"6", "0"}, []string{b.available(ann), b.pending(ann)})
	b.same()
}

// What a card has reviewed is booked and set aside, until it is decided, or taken back at the provider.
func TestCardReviewed(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T) (*book, string, string) {
		b := open(t, true)
		ann := b.wallet("usr_ann")
		b.rules(rule("prepaid", `card.funding == "prepaid"`, risk.Review))
		id := b.asksFor(ann, "10").PaymentID
		b.says(paidWith(id, "pi_1", "6.00", "", bad()))
		b.says(paidWith(id, "pi_1", "10.00", "", bad()))
		assert.Equal(t, []string{"0", "10"}, []string{b.available(ann), b.pending(ann)})
		p := b.shown(id)
		assert.Equal(t, payment.StatusSucceeded, p.Status)
		assert.Equal(t, "10.00", p.Risk.Held)
		return b, ann, id
	}
	t.Run("allow", func(t *testing.T) {
		b, ann, id := start(t)
		b.Do(payment.CommandReview, b.review(b.shown(id).Risk.Review, risk.Allow))
		b.says(paidWith(id, "pi_1", "10.00", "", bad()))
		assert.Equal(t, []string{"10", "0"}, []string{b.available(ann), b.pending(ann)})
		b.same()
	})
	t.Run("refuse", func(t *testing.T) {
		b, ann, id := start(t)
		events := b.Do(payment.CommandReview, b.review(b.shown(id).Risk.Review, risk.Refuse))
		refund := events[len(events)-1].Body.(payment.RefundAsked)
		b.Do(payment.CommandRecordRefund, payment.RecordRefund{RefundID: refund.RefundID, RefundTold: payment.RefundTold{Ref: "re_1", Status: payment.RefundSettled, At: b.Now()}})
		b.says(paidWith(id, "pi_1", "10.00", "10.00", bad()))
		assert.Equal(t, []string{"0", "0", "0"}, []string{b.available(ann), b.pending(ann), b.balance(payment.Clearing)})
		assert.Equal(t, payment.StatusRefunded, b.shown(id).Status)
		b.same()
	})
	t.Run("refunded at the provider", func(t *testing.T) {
		b, ann, id := start(t)
		b.says(paidWith(id, "pi_1", "10.00", "4.00", bad()))
		assert.Equal(t, []string{"0", "6"}, []string{b.available(ann), b.pending(ann)})
		b.says(paidWith(id, "pi_1", "10.00", "10.00", bad()))
		assert.Equal(t, []string{"0", "0"}, []string{b.available(ann), b.pending(ann)})
		b.Do(payment.CommandReview, b.review(b.shown(id).Risk.Review, risk.Refuse))
		assert.Equal(t, "0", b.balance(payment.Clearing))
		b.same()
	})
	t.Run("disputed", func(t *testing.T) {
		b, ann, id := start(t)
		f := payment.Fact{Kind: payment.Disputed, Payment: "pi_1", Dispute: &payment.DisputeFact{
			ID: "dp_1", Amount: ledger.Money{Amount: "10.00", Asset: "USD"}, Status: payment.DisputeNeedsResponse,
			Movements: []payment.Movement{{ID: "txn_1", Asset: "USD", Amount: "-10.00", Fee: "15.00"}},
		}}
		b.says(f)
		assert.Equal(t, []string{"0", "0", "10"}, []string{b.available(ann), b.pending(ann), b.balance(wallet.Account(ann, wallet.Disputed))})
		b.says(f)
		b.Do(payment.CommandReview, b.review(b.shown(id).Risk.Review, risk.Allow))
		b.same()
	})
	t.Run("another card", func(t *testing.T) {
		b, _, id := start(t)
		b.says(paidWith(id, "pi_1", "10.00", "", good()))
		assert.True(t, b.shown(id).InReview(), "what was said of one card is not taken back by another")
		b.same()
	})
}

func TestCardFacts(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	b.rules(rule("shared", "card.users >= 3", risk.Refuse), rule("trusted", "user.paid > 0", risk.Allow))
	var last payment.Judged
	for i, owner := range []string{"usr_ann", "usr_bob", "usr_ann", "usr_eve"} {
		w := b.wallet(owner)
		created := b.asksFor(w, "10")
		events, _ := b.says(paidWith(created.PaymentID, "pi_"+string(rune('a'+i)), "10.00", "", good()))
		for _, e := range events {
			if j, ok := e.Body.(payment.Judged); ok {
				last = j
			}
		}
	}
	assert.Equal(t, risk.CardFacts{Card: good(), Users: 3, History: risk.History{PaymentsHour: 3, PaymentsDay: 3, AmountHour: "30.00", AmountDay: "30.00", Paid: 3}}, *last.Facts.Card)
	assert.Equal(t, risk.Refuse, last.Decision)
	b.same()
}

// Whatever is told of a payment while it is reviewed, and in whatever order: once it is let through, the books are what they
// would be without rules; and while it waits, nothing of it can be spent.
func TestReviewedHistories(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		free, judged := open(t, false), open(t, rapid.Bool().Draw(r, "cold"))
		judged.rules(rule("prepaid", `card.funding == "prepaid"`, risk.Review))
		var wallets, ids [2]string
		for i, b := range []*book{free, judged} {
			wallets[i] = b.wallet("usr_ann")
			ids[i] = b.asksFor(wallets[i], "10").PaymentID
		}
		history := tell(r, "")
		deliveries := slices.Concat(history, rapid.SliceOfN(rapid.SampledFrom(history), 0, 6).Draw(r, "again"))
		for _, f := range rapid.Permutation(deliveries).Draw(r, "order") {
			for i, b := range []*book{free, judged} {
				told := f
				told.Order, told.Wallet = ids[i], ""
				if f.Refunded != "" { // a charge, which shows its card
					card := bad()
					told.Card = &card
				}
				b.says(told)
			}
			if judged.shown(ids[1]).InReview() {
				require.Equal(r, "0", judged.available(wallets[1]))
			}
		}
		if p := judged.shown(ids[1]); p.InReview() {
			judged.Do(payment.CommandReview, judged.review(p.Risk.Review, risk.Allow))
		}
		for _, part := range []wallet.Part{wallet.Available, wallet.Pending} {
			require.Equal(r, free.balance(wallet.Account(wallets[0], part)), judged.balance(wallet.Account(wallets[1], part)), part)
		}
		require.Equal(r, free.balance(payment.Clearing), judged.balance(payment.Clearing))
		require.Equal(r, judged.State(), judged.Replay(cores()...).State())
	})
}
