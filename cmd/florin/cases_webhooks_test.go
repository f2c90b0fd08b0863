package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay/fixture"
	"github.com/florinledger/florin/adapters/stripepay/stripetest"
)

func TestCasesOfWebhooks(t *testing.T) {
	t.Parallel()
	runCases(t,
		numbered{"35 one event at once", oneEventAtOnce},
		numbered{"35 one payment under three types", onePaymentUnderThreeTypes},
		numbered{"35 another body", anotherBodyOfOneEvent},
		numbered{"35 not signed", notSigned},
		numbered{"35 unknown type", unknownType},
		numbered{"35 refunded first", refundedFirst},
		numbered{"35 unknown wallet", unknownWallet},
		numbered{"35 decimals", decimalsOfStripe},
		numbered{"39 disputed and spent", disputedAndSpent},
	)
}

const (
	clearing = "assets:stripe:clearing"
	suspense = "liabilities:suspense:stripe"
)

// tryDeliver posts a signed body from any goroutine.
func (s *service) tryDeliver(c *caller, body []byte, signature string) (*answer, error) {
	return c.try(http.MethodPost, "/v1/webhooks/stripe", body, header("Stripe-Signature", signature))
}

// raw counts the bodies that were kept of an event.
func (s *service) raw(t *testing.T, event string) (n int) {
	t.Helper()
	s.query(t, &n, "SELECT count(*) FROM provider_events WHERE event_id = $1", event)
	return n
}

// Case 35: one event, delivered 50 times at once, is one credit.
func oneEventAtOnce(t *testing.T, s *service) {
	b, w := s.mainBook(t), s.wallet(t, "usr_a", 0)
	before, events := b.balance(clearing, "JPY"), b.events()
	require.Equal(t, "0", before)
	body, signature := stripetest.SignedEvent(t, s.stripe, "payment_intent.succeeded",
		stripetest.PaymentIntent(t, s.paid("pi_at_once", 1000, w)), stripetest.Options{EventID: "evt_at_once"})
	for _, a := range together(t, 50, func(int) (*answer, error) { return s.tryDeliver(s.nobody(), body, signature) }) {
		a.is(http.StatusOK)
		require.JSONEq(t, `{"received":true,"outcome":"booked"}`, string(a.Body))
	}
	b.has(available(w), "1000", "JPY")
	b.has(clearing, "1000", "JPY")
	require.Equal(t, events+1, b.events())
	require.Equal(t, 1, s.raw(t, "evt_at_once"))
	s.nobody().in(t).call(http.MethodPost, "/v1/webhooks/stripe", body, header("Stripe-Signature", signature)).is(http.StatusOK).replayed(true)

	list := s.as("usr_a", "user").in(t).read("/v1/wallets/" + w).is(http.StatusOK)
	require.Equal(t, "1000", list.str("balances", 0, "available"))
}

// Case 35: what moved is one payment, by whatever events it is told, in whatever order and all at
// once.
func onePaymentUnderThreeTypes(t *testing.T, s *service) {
	b := s.mainBook(t)
	types := func(p stripetest.Payment) map[string]stripetest.Object {
		return map[string]stripetest.Object{
			"payment_intent.succeeded":   stripetest.PaymentIntent(t, p),
			"checkout.session.completed": stripetest.CheckoutSession(t, p),
			"charge.succeeded":           stripetest.Charge(t, p),
		}
	}
	w := s.wallet(t, "usr_a", 0)
	b.has(available(w), "0", "JPY")
	events := b.events()
	for kind, object := range types(s.paid("pi_three", 1000, w)) {
		s.deliver(t, kind, object, stripetest.Options{}).is(http.StatusOK)
		b.has(available(w), "1000", "JPY")
	}
	require.Equal(t, events+1, b.events())

	w = s.wallet(t, "usr_a", 0)
	var bodies [][]byte
	var signatures []string
	for kind, object := range types(s.paid("pi_three_at_once", 1000, w)) {
		body, signature := stripetest.SignedEvent(t, s.stripe, kind, object, stripetest.Options{})
		bodies, signatures = append(bodies, body), append(signatures, signature)
	}
	events = b.events()
	answers := together(t, 30, func(i int) (*answer, error) { return s.tryDeliver(s.nobody(), bodies[i%3], signatures[i%3]) })
	require.Equal(t, map[string]int{"OK": 30}, statuses(answers))
	b.has(available(w), "1000", "JPY")
	require.Equal(t, events+1, b.events())
}

// Case 35: an event is known by its id; a redelivered body can differ, and nothing more is made of it.
func anotherBodyOfOneEvent(t *testing.T, s *service) {
	b, w := s.mainBook(t), s.wallet(t, "usr_a", 0)
	object := stripetest.PaymentIntent(t, s.paid("pi_body", 1000, w))
	s.deliver(t, "payment_intent.succeeded", object, stripetest.Options{EventID: "evt_body", PendingWebhooks: 2}).is(http.StatusOK).replayed(false)
	b.untouched(func() {
		a := s.deliver(t, "payment_intent.succeeded", object, stripetest.Options{EventID: "evt_body", PendingWebhooks: 1}).is(http.StatusOK).replayed(true)
		require.Equal(t, "booked", a.str("outcome"))
		more := stripetest.PaymentIntent(t, s.paid("pi_body", 2000, w))
		s.deliver(t, "payment_intent.succeeded", more, stripetest.Options{EventID: "evt_body"}).is(http.StatusOK).replayed(true)
	})
	b.has(available(w), "1000", "JPY")
	require.Equal(t, 3, s.raw(t, "evt_body"), "every body is kept")
}

// Case 35: what is not signed by Stripe, now, over these very bytes, is not taken.
func notSigned(t *testing.T, s *service) {
	b, w := s.mainBook(t), s.wallet(t, "usr_a", 0)
	object := stripetest.PaymentIntent(t, s.paid("pi_forged", 1000, w))
	deliver := func(body []byte, signature string) *answer {
		return s.nobody().in(t).call(http.MethodPost, "/v1/webhooks/stripe", body, header("Stripe-Signature", signature))
	}
	sign := func(secret string, o stripetest.Options) ([]byte, string) {
		o.EventID = "evt_forged"
		return stripetest.SignedEvent(t, secret, "payment_intent.succeeded", object, o)
	}
	b.untouched(func() {
		deliver(sign("whsec_somebody_else", stripetest.Options{})).refused(http.StatusBadRequest, "invalid-signature")
		deliver(sign(s.stripe, stripetest.Options{SignedAt: time.Now().Add(-10 * time.Minute)})).refused(http.StatusBadRequest, "invalid-signature")
		body, signature := sign(s.stripe, stripetest.Options{})
		changed := bytes.Replace(body, []byte("1000"), []byte("9000"), 1)
		require.NotEqual(t, body, changed)
		deliver(changed, signature).refused(http.StatusBadRequest, "invalid-signature")
		deliver(append(bytes.Clone(body), ' '), signature).refused(http.StatusBadRequest, "invalid-signature")
		deliver(body, "nonsense").refused(http.StatusBadRequest, "invalid-signature")
		s.nobody().in(t).call(http.MethodPost, "/v1/webhooks/stripe", body).is(http.StatusBadRequest)
		// An administrator's token is no signature.
		s.as("usr_admin", "admin").in(t).call(http.MethodPost, "/v1/webhooks/stripe", body, header("Stripe-Signature", "t=1,v1=00")).
			refused(http.StatusBadRequest, "invalid-signature")
		deliver(sign(s.stripe, stripetest.Options{Livemode: true})).refused(http.StatusBadRequest, "livemode-mismatch")
		for _, body := range []string{`{}`, `[]`, `{"object":"event"}`, `nonsense`, ``} {
			deliver([]byte(body), stripetest.Sign([]byte(body), s.stripe, time.Now())).refused(http.StatusBadRequest, "malformed-body")
		}
		require.Equal(t, 0, s.raw(t, "evt_forged"), "nothing is kept")
	})
	// The event itself is none the worse for it.
	require.Equal(t, "booked", deliver(sign(s.stripe, stripetest.Options{})).is(http.StatusOK).replayed(false).str("outcome"))
	b.has(available(w), "1000", "JPY")
}

// Case 35: an event of a type that nothing follows is kept, answered, and ignored.
func unknownType(t *testing.T, s *service) {
	b := s.mainBook(t)
	o := stripetest.Options{EventID: "evt_unknown"}
	b.untouched(func() {
		customer := stripetest.Fixture(t, "customer", nil)
		a := s.deliver(t, "customer.created", customer, o).is(http.StatusOK).replayed(false)
		require.JSONEq(t, `{"received":true,"outcome":"ignored"}`, string(a.Body))
		s.deliver(t, "customer.created", customer, o).is(http.StatusOK).replayed(true)
		s.deliver(t, "a.type.of.next.year", stripetest.Object{"object": "novelty"}, stripetest.Options{}).is(http.StatusOK)
	})
	require.NotZero(t, s.raw(t, "evt_unknown"))
	var outcomes int
	s.query(t, &outcomes, "SELECT count(*) FROM outcomes WHERE type = 'record-provider-fact' AND result ->> 'reason' = 'unhandled-type'")
	require.Equal(t, 2, outcomes)
}

// Case 35: each event says how the payment stands in all; their order does not matter.
func refundedFirst(t *testing.T, s *service) {
	b := s.mainBook(t)
	for name, refunded := range map[string]int64{"in part": 400, "whole": 1000} {
		before := b.balance(clearing, "JPY")
		w := s.wallet(t, "usr_a", 0)
		p := s.paid(fmt.Sprint("pi_refunded_", refunded), 1000, w)
		q := p
		q.Refunded = refunded
		require.Equal(t, "booked", s.deliver(t, "charge.refunded", stripetest.Charge(t, q), stripetest.Options{}).is(http.StatusOK).str("outcome"), name)
		left := fmt.Sprint(1000 - refunded)
		b.has(available(w), left, "JPY")
		b.untouched(func() {
			s.deliver(t, "payment_intent.succeeded", stripetest.PaymentIntent(t, p), stripetest.Options{}).is(http.StatusOK)
			s.deliver(t, "charge.succeeded", stripetest.Charge(t, p), stripetest.Options{}).is(http.StatusOK)
			s.deliver(t, "charge.refunded", stripetest.Charge(t, q), stripetest.Options{}).is(http.StatusOK)
		})
		b.has(available(w), left, "JPY")
		after := b.balance(clearing, "JPY")
		require.Equal(t, left, minus(t, after, before), "clearing holds what Stripe holds")
	}
}

// Case 39: a dispute of what was spent overdraws the wallet and freezes it; a later top-up is what is left. The
// dispute of the first is lost, and its payout arrives.
func disputedAndSpent(t *testing.T, s *service) {
	b := s.mainBook(t)
	w, shop := s.wallet(t, "usr_a", 100), s.wallet(t, "usr_b", 0)
	user := s.as("usr_a", "user").in(t)
	user.transfers("39-pays", w, shop, "100").is(http.StatusCreated)
	d := fixture.Dispute{
		ID: "dp_39", Intent: "pi_" + strings.TrimPrefix(w, "wal_"), Currency: "jpy", Amount: 100, Status: "needs_response",
		Moved: []fixture.Movement{{ID: "txn_39", Currency: "jpy", Amount: -100, Fee: 15}},
	}
	held := b.balance(clearing, "JPY")
	for _, eventType := range []string{"charge.dispute.funds_withdrawn", "charge.dispute.created"} {
		s.deliver(t, eventType, stripetest.Dispute(t, d), stripetest.Options{}).is(http.StatusOK)
		b.has(available(w), "-100", "JPY")
		b.has("liabilities:wallets:"+w+":disputed", "100", "JPY")
		require.Equal(t, "115", minus(t, held, b.balance(clearing, "JPY")))
	}
	require.Equal(t, "frozen", user.read("/v1/wallets/"+w).is(http.StatusOK).str("status"))

	intent := stripetest.PaymentIntent(t, s.paid("pi_later_39", 150, w))
	s.deliver(t, "payment_intent.succeeded", intent, stripetest.Options{}).is(http.StatusOK)
	b.has(available(w), "50", "JPY")
	user.transfers("39-pays-again", w, shop, "1").refused(http.StatusUnprocessableEntity, "wallet-frozen")

	d.Status = "lost"
	s.deliver(t, "charge.dispute.closed", stripetest.Dispute(t, d), stripetest.Options{Created: time.Now().Add(time.Second)}).is(http.StatusOK)
	b.has("liabilities:wallets:"+w+":disputed", "0", "JPY")
	b.has("assets:stripe:disputed", "0", "JPY")
	b.has(available(w), "50", "JPY")
}

// minus subtracts whole numbers.
func minus(t *testing.T, a, b string) string {
	t.Helper()
	var x, y int64
	_, err := fmt.Sscan(a, &x)
	require.NoError(t, err)
	_, err = fmt.Sscan(b, &y)
	require.NoError(t, err)
	return fmt.Sprint(x - y)
}

// Case 35: money for a wallet that isn't there is not lost and not refused: it waits in suspense
// until an event of the same payment names one that is.
func unknownWallet(t *testing.T, s *service) {
	b := s.mainBook(t)
	b.has(suspense, "0", "JPY")
	for i, wallet := range []string{"wal_01k0q3v9x8f6r8v4t0d6m2n7h5", "nonsense", "", "a'; DROP TABLE events; --", "liabilities:bank"} {
		a := s.deliver(t, "payment_intent.succeeded",
			stripetest.PaymentIntent(t, s.paid(fmt.Sprint("pi_suspense_", i), 100, wallet)), stripetest.Options{}).is(http.StatusOK)
		require.JSONEq(t, `{"received":true,"outcome":"suspense"}`, string(a.Body))
		b.has(suspense, fmt.Sprint(100*(i+1)), "JPY")
	}
	w := s.wallet(t, "usr_a", 0)
	s.deliver(t, "charge.succeeded", stripetest.Charge(t, s.paid("pi_suspense_0", 100, w)), stripetest.Options{}).is(http.StatusOK)
	b.has(available(w), "100", "JPY")
	b.has(suspense, "400", "JPY")
}

// decimalsOfStripe: Stripe counts some currencies in other units than ISO 4217 does.
func decimalsOfStripe(t *testing.T, s *service) {
	b := s.mainBook(t)
	for currency, want := range map[string]struct{ asset, amount string }{
		"usd": {"USD", "12.34"}, "jpy": {"JPY", "1234"}, "kwd": {"KWD", "1.230"}, "isk": {"ISK", "12"}, "ugx": {"UGX", "12"}, "mga": {"MGA", "1234.00"},
	} {
		w := s.wallet(t, "usr_a", 0)
		p := stripetest.Payment{Intent: "pi_" + currency, Currency: currency, Received: 1234, Wallet: w}
		switch currency {
		case "isk", "ugx":
			p.Received = 1200
		case "kwd":
			p.Received = 1230
		}
		require.Equal(t, "booked", s.deliver(t, "payment_intent.succeeded", stripetest.PaymentIntent(t, p), stripetest.Options{}).is(http.StatusOK).str("outcome"), currency)
		require.Equal(t, want.amount, b.balance(available(w), want.asset), currency)
	}
}
