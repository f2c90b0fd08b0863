package stripepay_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay"
	"github.com/florinledger/florin/adapters/stripepay/stripetest"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
)

// shelf keeps bodies in memory.
type shelf struct{ bodies []string }

func (s *shelf) Keep(_ context.Context, m payment.Message) (int64, error) {
	s.bodies = append(s.bodies, string(m.Body))
	return int64(len(s.bodies)), nil
}

// CASES 35, from the signed body to the books: three types about one payment, a refund before it,
// repeats with another body, and a type that nobody follows.
func TestFromBodyToBooks(t *testing.T) {
	t.Parallel()
	registry := journal.NewRegistry()
	ledger.Register(registry)
	wallet.Register(registry)
	payment.Register(registry)
	bench := journal.NewBench(registry)
	decide := func(c journal.Command) ([]*journal.Event, payment.Result) {
		events, data, err := bench.Decide(c, time.Now())
		require.NoError(t, err)
		var result payment.Result
		if data != nil {
			require.NoError(t, json.Unmarshal(data, &result))
		}
		return events, result
	}
	opening, err := json.Marshal(wallet.OpenWallet{As: wallet.As{Principal: "usr_ann", Role: wallet.User}, Owner: "usr_ann"})
	require.NoError(t, err)
	opened, _ := decide(journal.Command{Type: wallet.CommandOpenWallet, Data: opening})
	id := opened[0].Body.(wallet.Opened).WalletID

	kept := &shelf{}
	receiver := payment.NewReceiver(stripepay.New([]string{secret}, stripepay.Config{}), kept)
	seen := map[journal.CommandID]bool{} // the writer knows what it has answered
	booked := map[string]string{}
	deliver := func(eventType string, object stripetest.Object, o stripetest.Options) payment.Result {
		body, signature := stripetest.SignedEvent(t, secret, eventType, object, o)
		c, err := receiver.Receive(t.Context(), body, signature)
		require.NoError(t, err)
		if seen[c.ID] {
			return payment.Result{}
		}
		seen[c.ID] = true
		events, result := decide(c)
		for _, e := range events {
			for _, p := range e.Postings {
				booked[p.Account] = journal.FormatAmount(p.Balance)
			}
		}
		return result
	}
	p := stripetest.Payment{Intent: "pi_1", Currency: "usd", Received: 1050, Wallet: id}
	refunded := p
	refunded.Refunded = 400
	assert.Equal(t, payment.Booked, deliver("charge.refunded", stripetest.Charge(t, refunded), stripetest.Options{}).Result)
	for range 2 {
		for eventType, object := range map[string]stripetest.Object{
			"payment_intent.succeeded":   stripetest.PaymentIntent(t, p),
			"checkout.session.completed": stripetest.CheckoutSession(t, p),
			"charge.succeeded":           stripetest.Charge(t, p),
		} {
			assert.Equal(t, payment.Result{Result: payment.Passed, Reason: payment.AlreadyBooked}, deliver(eventType, object, stripetest.Options{}))
		}
	}
	assert.Equal(t, map[string]string{wallet.Account(id, wallet.Available): "6.50", payment.Clearing: "6.50"}, booked)

	// One event, sent again with another body: kept twice, one command.
	second := p
	second.Intent = "pi_2"
	for pending := range 3 {
		deliver("payment_intent.succeeded", stripetest.PaymentIntent(t, second), stripetest.Options{EventID: "evt_2", PendingWebhooks: pending})
	}
	assert.Equal(t, "17.00", booked[payment.Clearing])
	assert.Equal(t, payment.Result{Result: payment.Passed, Reason: payment.UnhandledType},
		deliver("plan.created", stripetest.Object{}, stripetest.Options{}))

	third := p
	third.Intent, third.Wallet = "pi_3", "wal_01k0q3v9x8f6r8v4t0d6m2n7h5"
	assert.Equal(t, payment.Result{Result: payment.Suspended, Reason: payment.WalletUnknown},
		deliver("payment_intent.succeeded", stripetest.PaymentIntent(t, third), stripetest.Options{}))
	assert.Equal(t, "10.50", booked[payment.Suspense])
	assert.Len(t, kept.bodies, 12)

	body, signature := stripetest.SignedEvent(t, "whsec_other", "plan.created", stripetest.Object{}, stripetest.Options{})
	_, err = receiver.Receive(t.Context(), body, signature)
	require.ErrorIs(t, err, payment.ErrSignature)
	assert.Len(t, kept.bodies, 12, "nothing is stored as accepted")
}
