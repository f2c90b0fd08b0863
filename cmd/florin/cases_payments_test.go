package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay/stripetest"
	"github.com/florinledger/florin/wallet/payment"
)

// startWithStripe starts the service with a stand-in for Stripe's API behind it.
func startWithStripe(t *testing.T) (*service, *stripetest.API) {
	t.Helper()
	api := stripetest.NewAPI(t)
	s := prepareService(t)
	s.settings.StripeKey, s.settings.StripeURL = "sk_test_123", api.URL()
	s.start()
	t.Cleanup(s.close)
	return s, api
}

// pays asks for a payment of yen by checkout.
func (c *caller) pays(k, into, amount string) *answer {
	c.t.Helper()
	return c.post("/v1/payments", k, map[string]any{
		"wallet_id": into, "amount": yen(amount), "method": "checkout", "success_url": "https://shop.example.com/paid",
	})
}

// hears delivers a message of Stripe's about an object.
func (s *service) hears(t *testing.T, eventType string, object stripetest.Object, at time.Time) {
	t.Helper()
	body, signature := stripetest.SignedEvent(t, s.stripe, eventType, object, stripetest.Options{Created: at})
	a, err := s.tryDeliver(s.nobody().in(t), body, signature)
	require.NoError(t, err)
	a.is(http.StatusOK)
}

// A payment by checkout from the request to the money, and all that its owner and others see of it.
func TestPaymentByCheckout(t *testing.T) {
	t.Parallel()
	s, api := startWithStripe(t)
	into := s.wallet(t, "usr_ann", 0)
	ann, eve, boss := s.as("usr_ann", "user"), s.as("usr_eve", "user"), s.finance()

	asked := ann.pays("p-1", into, "1000").is(http.StatusCreated)
	id, ref := asked.str("id"), asked.str("provider_ref")
	url := "https://checkout.stripe.com/c/pay/" + ref
	assert.Equal(t, []string{"created", "stripe", "checkout", url, "0", "1000"},
		[]string{asked.str("status"), asked.str("provider"), asked.str("method"), asked.str("checkout_url"), asked.str("received", "amount"), asked.str("amount", "amount")})
	assert.Equal(t, string(asked.Body), string(ann.pays("p-1", into, "1000").is(http.StatusCreated).replayed(true).Body))
	require.Len(t, api.Opened("checkout.session"), 1)
	assert.Equal(t, id, api.Sent()[0].Key)

	assert.Equal(t, url, ann.read("/v1/payments/"+id).is(http.StatusOK).str("checkout_url"))
	assert.Nil(t, boss.read("/v1/payments/"+id).is(http.StatusOK).at("checkout_url"), "finance does not pay for others")
	eve.read("/v1/payments/"+id).refused(http.StatusNotFound, "payment-not-found")
	eve.pays("p-1", into, "1000").refused(http.StatusNotFound, "wallet-not-found")
	assert.Empty(t, eve.read("/v1/payments").ids())

	// The payer pays. Messages come as they like, and name the payment in their metadata.
	named := stripetest.Object{"wallet_id": into, "payment_id": id}
	at := time.Now()
	session := stripetest.CheckoutSession(t, stripetest.Payment{Intent: "pi_ann", Currency: "jpy", Received: 1000})
	session["id"], session["metadata"] = ref, named
	intent := stripetest.PaymentIntent(t, stripetest.Payment{Intent: "pi_ann", Currency: "jpy", Received: 1000})
	intent["metadata"] = named
	processing := stripetest.PaymentIntent(t, stripetest.Payment{Intent: "pi_ann", Currency: "jpy"})
	processing["metadata"], processing["status"], processing["amount_received"] = named, "processing", 0
	s.hears(t, "checkout.session.completed", session, at)
	s.hears(t, "payment_intent.processing", processing, at.Add(-time.Second))
	s.hears(t, "payment_intent.succeeded", intent, at)
	paid := ann.read("/v1/payments/" + id).is(http.StatusOK)
	assert.Equal(t, []string{"succeeded", "1000", "pi_ann", ref},
		[]string{paid.str("status"), paid.str("received", "amount"), paid.str("provider_payment"), paid.str("provider_ref")})
	assert.Nil(t, paid.at("checkout_url"), "it is good for nothing any more")
	assert.Equal(t, "1000", boss.balance(available(into), "JPY"))
	assert.Equal(t, "1000", boss.balance(clearing, "JPY"))
	ann.post("/v1/payments/"+id+"/cancel", "c-1", map[string]any{}).refused(http.StatusUnprocessableEntity, "payment-wrong-status")

	// Given back in part at Stripe.
	charge := stripetest.Charge(t, stripetest.Payment{Intent: "pi_ann", Currency: "jpy", Received: 1000, Refunded: 400})
	s.hears(t, "charge.refunded", charge, at.Add(time.Second))
	back := ann.read("/v1/payments/" + id).is(http.StatusOK)
	assert.Equal(t, []string{"partially_refunded", "400"}, []string{back.str("status"), back.str("refunded", "amount")})

	for query, want := range map[string][]string{
		"?wallet_id=" + into: {id}, "?status=partially_refunded": {id}, "?status=succeeded": {}, "?provider_ref=" + ref: {id}, "?provider_ref=pi_ann": {id}, "?provider_ref=pi_eve": {},
		"?from=2020-01-01T00:00:00Z": {id}, "?until=2020-01-01T00:00:00Z": {},
	} {
		assert.ElementsMatch(t, want, ann.read("/v1/payments"+query).is(http.StatusOK).ids(), query)
	}
	s.restart()
	assert.Equal(t, string(asked.Body), string(ann.pays("p-1", into, "1000").is(http.StatusCreated).replayed(true).Body), "what it said the first time")
	require.Len(t, api.Opened("checkout.session"), 1)
	s.verify()
}

// Whatever goes wrong on the way to Stripe, one thing is opened there, and its answer is the payment's.
func TestPaymentAcrossTrouble(t *testing.T) {
	t.Parallel()
	s, api := startWithStripe(t)
	into := s.wallet(t, "usr_ann", 0)
	ann := s.as("usr_ann", "user")
	body := map[string]any{"wallet_id": into, "amount": yen("1000"), "method": "payment_intent"}

	api.Next(stripetest.Trouble{Lost: true}, stripetest.Trouble{Status: http.StatusConflict, Code: "idempotency_key_in_use"}, stripetest.Trouble{Status: http.StatusBadGateway})
	asked := ann.post("/v1/payments", "p-1", body).is(http.StatusCreated)
	assert.Equal(t, asked.str("provider_ref")+"_secret", asked.str("client_secret"))
	assert.Equal(t, asked.str("provider_ref"), asked.str("provider_payment"))
	assert.Equal(t, []string{asked.str("provider_ref")}, api.Opened("payment_intent"))
	keys := map[string]bool{}
	for _, call := range api.Sent() {
		keys[call.Key] = true
	}
	assert.Equal(t, map[string]bool{asked.str("id"): true}, keys)

	api.Next(stripetest.Trouble{Status: http.StatusBadRequest, Code: "amount_too_small"})
	refused := ann.post("/v1/payments", "p-2", body).refused(http.StatusUnprocessableEntity, "provider-refused")
	assert.Equal(t, "amount_too_small", refused.str("provider_code"))
	failed := ann.read("/v1/payments/" + refused.str("payment_id")).is(http.StatusOK)
	assert.Equal(t, []string{"failed", "amount_too_small"}, []string{failed.str("status"), failed.str("failure", "code")})
	again := ann.post("/v1/payments", "p-2", body).refused(http.StatusUnprocessableEntity, "provider-refused").replayed(true)
	assert.Equal(t, refused.str("payment_id"), again.str("payment_id"))

	// Nothing is asked of anybody by a dry run, nor later by what is malformed.
	before := len(api.Sent())
	tried := ann.call(http.MethodPost, "/v1/payments?dry_run=true", body, key("p-3")).is(http.StatusCreated)
	assert.Equal(t, "created", tried.str("status"))
	ann.pays("p-4", into, "0").refused(http.StatusBadRequest, "invalid-field")
	body["success_url"] = "https://shop.example.com"
	ann.post("/v1/payments", "p-5", body).refused(http.StatusBadRequest, "invalid-field")
	assert.Len(t, api.Sent(), before)
}

func TestPaymentCanceled(t *testing.T) {
	t.Parallel()
	s, api := startWithStripe(t)
	into := s.wallet(t, "usr_ann", 0)
	ann, eve := s.as("usr_ann", "user"), s.as("usr_eve", "user")
	asked := ann.pays("p-1", into, "1000").is(http.StatusCreated)
	path := "/v1/payments/" + asked.str("id") + "/cancel"
	eve.post(path, "c-1", map[string]any{}).refused(http.StatusNotFound, "payment-not-found")
	ann.post(path, "c-2", map[string]any{}, header("If-Match", `"1"`)).refused(http.StatusPreconditionFailed, "version-mismatch")
	canceled := ann.post(path, "c-3", map[string]any{}, header("If-Match", asked.Header.Get("ETag"))).is(http.StatusOK)
	assert.Equal(t, "canceled", canceled.str("status"))
	assert.Nil(t, canceled.at("checkout_url"))
	assert.Equal(t, "expired", api.Get(asked.str("provider_ref"))["status"])
	assert.Equal(t, string(canceled.Body), string(ann.post(path, "c-3", map[string]any{}, header("If-Match", asked.Header.Get("ETag"))).is(http.StatusOK).replayed(true).Body))
	ann.post(path, "c-4", map[string]any{}).refused(http.StatusUnprocessableEntity, "payment-wrong-status")
	assert.Equal(t, "canceled", ann.read("/v1/payments/"+asked.str("id")).is(http.StatusOK).str("status"))

	// The payer was faster.
	late := ann.pays("p-2", into, "1000").is(http.StatusCreated)
	api.Set(late.str("provider_ref"), stripetest.Object{"status": "complete"})
	ann.post("/v1/payments/"+late.str("id")+"/cancel", "c-5", map[string]any{}).refused(http.StatusUnprocessableEntity, "provider-refused")
	assert.Equal(t, "created", ann.read("/v1/payments/"+late.str("id")).is(http.StatusOK).str("status"))

	// A session that nobody paid in time.
	session := stripetest.Fixture(t, "checkout.session", stripetest.Object{"id": late.str("provider_ref"), "status": "expired", "payment_status": "unpaid",
		"payment_intent": nil, "currency": "jpy", "metadata": stripetest.Object{"wallet_id": into, "payment_id": late.str("id")}})
	s.hears(t, "checkout.session.expired", session, time.Now().Add(time.Minute))
	assert.Equal(t, "canceled", ann.read("/v1/payments/"+late.str("id")).is(http.StatusOK).str("status"))
}

// Money given back by us, at Stripe, and by both at once, never more than came in.
func TestPaymentRefunds(t *testing.T) {
	t.Parallel()
	s, api := startWithStripe(t)
	into := s.wallet(t, "usr_ann", 0)
	ann, boss := s.as("usr_ann", "user"), s.finance()
	asked := ann.post("/v1/payments", "p-1", map[string]any{"wallet_id": into, "amount": yen("1000"), "method": "payment_intent"}).is(http.StatusCreated)
	path, intent := "/v1/payments/"+asked.str("id")+"/refunds", asked.str("provider_ref")
	boss.post(path, "r-0", map[string]any{}).refused(http.StatusUnprocessableEntity, "payment-wrong-status")
	api.Set(intent, stripetest.Object{"status": "succeeded", "amount_received": 1000})
	paid := stripetest.Payment{Intent: intent, Currency: "jpy", Received: 1000}
	at := time.Now()
	object := stripetest.PaymentIntent(t, paid)
	object["metadata"] = stripetest.Object{"wallet_id": into, "payment_id": asked.str("id")}
	s.hears(t, "payment_intent.succeeded", object, at)
	stands := func(availableYen, pendingYen, clearingYen string) {
		t.Helper()
		assert.Equal(t, []string{availableYen, pendingYen, clearingYen},
			[]string{boss.balance(available(into), "JPY"), boss.balance(pending(into), "JPY"), boss.balance(clearing, "JPY")})
	}

	ann.post(path, "r-1", map[string]any{}).refused(http.StatusForbidden, "forbidden")
	api.Next(stripetest.Trouble{Lost: true}) // done, and asked for again
	first := boss.post(path, "r-1", map[string]any{"amount": yen("400"), "reason": "Sent back"}).is(http.StatusCreated)
	assert.Equal(t, []string{"settled", "400", asked.str("id")}, []string{first.str("status"), first.str("amount", "amount"), first.str("payment_id")})
	assert.Equal(t, string(first.Body), string(boss.post(path, "r-1", map[string]any{"amount": yen("400"), "reason": "Sent back"}).is(http.StatusCreated).replayed(true).Body))
	require.Len(t, api.Opened("refund"), 1)
	stands("600", "0", "600")

	// Stripe tells of it too, by both kinds of messages.
	s.hears(t, "refund.updated", api.Get(first.str("provider_ref")), at.Add(time.Second))
	paid.Refunded = 400
	s.hears(t, "charge.refunded", stripetest.Charge(t, paid), at.Add(time.Second))
	stands("600", "0", "600")

	// Forty at once of 50 each: twelve fit into what is left.
	done := 0
	for _, a := range together(t, 40, func(i int) (*answer, error) {
		return boss.try(http.MethodPost, path, map[string]any{"amount": yen("50")}, key("many-"+string(rune('A'+i))))
	}) {
		if a.Status == http.StatusCreated {
			done++
			continue
		}
		a.refused(http.StatusUnprocessableEntity, "refund-too-large")
	}
	assert.Equal(t, 12, done)
	stands("0", "0", "0")
	assert.Equal(t, []string{"refunded", "1000"}, []string{ann.read("/v1/payments/" + asked.str("id")).str("status"), ann.read("/v1/payments/"+asked.str("id")).str("refunded", "amount")})
	list := boss.read(path + "?limit=10").is(http.StatusOK)
	rest := boss.read(path + "?limit=10&cursor=" + list.str("next_cursor")).is(http.StatusOK)
	assert.Equal(t, []int{10, 3}, []int{len(list.ids()), len(rest.ids())})
	assert.Equal(t, first.str("id"), rest.str("data", 2, "id"))

	// One that comes back from the payer's bank.
	back := api.Get(first.str("provider_ref"))
	back["status"], back["failure_reason"] = "failed", "expired_or_canceled_card"
	s.hears(t, "refund.failed", back, at.Add(time.Minute))
	stands("400", "0", "400")
	assert.Equal(t, "failed", boss.read(path+"?limit=100").str("data", 12, "status"))
	s.verify()
}

// Webhooks that never come cost a little time and no money; those that come late change nothing.
func TestPaymentsWhoseWebhooksAreLost(t *testing.T) {
	t.Parallel()
	api := stripetest.NewAPI(t)
	s := prepareService(t)
	s.settings.StripeKey, s.settings.StripeURL, s.settings.StripePoll = "sk_test_123", api.URL(), 50*time.Millisecond
	s.start()
	t.Cleanup(s.close)
	into := s.wallet(t, "usr_ann", 0)
	b := s.mainBook(t)
	at := time.Now()
	var last string
	for i, intent := range []string{"pi_a", "pi_b", "pi_c", "pi_d", "pi_e"} {
		last = api.Tells("payment_intent.succeeded", stripetest.PaymentIntent(t, s.paid(intent, 100, into)), at.Add(time.Duration(i)*time.Second))
	}
	api.Tells("nobody.follows", stripetest.Object{"id": "x"}, at)
	require.Eventually(t, func() bool { return s.finance().balance(available(into), "JPY") == "500" }, 20*time.Second, 20*time.Millisecond)

	// A restart goes on where it was, and what is delivered after all is the same message.
	s.restart()
	events := b.events()
	api.Tells("payment_intent.succeeded", stripetest.PaymentIntent(t, s.paid("pi_f", 100, into)), at.Add(time.Minute))
	require.Eventually(t, func() bool { return s.finance().balance(available(into), "JPY") == "600" }, 20*time.Second, 20*time.Millisecond)
	body, signature := stripetest.SignedEvent(t, s.stripe, "payment_intent.succeeded", stripetest.PaymentIntent(t, s.paid("pi_e", 100, into)), stripetest.Options{EventID: last})
	a, err := s.tryDeliver(s.nobody(), body, signature)
	require.NoError(t, err)
	a.is(http.StatusOK).replayed(true)
	require.Equal(t, events+1, b.events())
	require.Equal(t, 1, s.raw(t, "evt_6"), "what is booked is not kept again whenever it is listed")

	// What Stripe takes and nobody is told of stands in its balance transactions: fees, a refund that was made there and
	// one that failed, of a payment that is settled in dollars, and what is of no payment.
	charge := stripetest.Charge(t, s.paid("pi_a", 100, into))
	api.Add(charge)
	api.Settles(charge["id"].(string), at, stripetest.Object{"id": "txn_1", "type": "charge", "amount": 150, "fee": 5, "currency": "usd", "exchange_rate": 0.015})
	for i, id := range []string{"re_1", "re_2"} {
		api.Add(stripetest.Object{"object": "refund", "id": id, "charge": charge["id"], "amount": 20 + i, "currency": "jpy", "metadata": stripetest.Object{}})
		api.Settles(id, at, stripetest.Object{"id": "txn_" + id, "type": "refund", "amount": -30 - i, "currency": "usd"})
	}
	api.Settles("re_2", at.Add(time.Minute), stripetest.Object{"id": "txn_3", "type": "refund_failure", "amount": 29, "currency": "usd"})
	api.Settles("", at.Add(time.Minute), stripetest.Object{"id": "txn_4", "type": "stripe_fee", "amount": -200, "currency": "usd"})
	api.Settles("", at.Add(time.Minute), stripetest.Object{"id": "txn_6", "type": "stripe_fee", "amount": -200, "currency": "zzz"})
	require.Eventually(t, func() bool { return s.finance().balance(payment.Clearing, "USD") == "-0.87" && s.raw(t, "txn_6") == 1 }, 20*time.Second, 20*time.Millisecond)
	// What was asked for here shows what was taken for it.
	asked := s.as("usr_ann", "user").post("/v1/payments", "p-1", map[string]any{"wallet_id": into, "amount": yen("1000"), "method": "payment_intent"}).is(http.StatusCreated)
	require.Nil(t, asked.at("fee"))
	ours := stripetest.Charge(t, stripetest.Payment{Intent: asked.str("provider_ref"), Currency: "jpy", Received: 1000})
	ours["metadata"] = stripetest.Object{"wallet_id": into, "payment_id": asked.str("id")}
	api.Add(ours)
	api.Settles(ours["id"].(string), at.Add(time.Minute), stripetest.Object{"id": "txn_5", "type": "charge", "amount": 1000, "fee": 66, "currency": "jpy"})
	require.Eventually(t, func() bool { return s.finance().read("/v1/payments/"+asked.str("id")).at("fee") != nil }, 20*time.Second, 20*time.Millisecond)
	var unbooked string // as docs/operating.md finds them
	s.query(t, &unbooked, `SELECT event_id FROM provider_events WHERE event_id LIKE 'txn\_%'
EXCEPT SELECT coalesce(data->'movement'->>'id', data->'settlement'->>'id') FROM events
 WHERE type IN ('balance-transaction-booked', 'dispute-funds-withdrawn', 'dispute-funds-reinstated')`)
	require.Equal(t, "txn_6", unbooked)
	paid := s.finance().read("/v1/payments/" + asked.str("id"))
	require.Equal(t, []string{"succeeded", "1000", "66", "JPY"}, []string{paid.str("status"), paid.str("received", "amount"), paid.str("fee", "amount"), paid.str("fee", "asset")})
	for account, want := range map[string]string{payment.Fees + " USD": "0.05", payment.OtherCosts + " USD": "2.00", payment.Clearing + " JPY": "1434", available(into) + " JPY": "1580"} {
		name, asset, _ := strings.Cut(account, " ")
		require.Equal(t, want, s.finance().balance(name, asset), account)
	}
	s.verify()
}

// What Stripe will not give back is the wallet's again.
func TestPaymentRefundRefusedByStripe(t *testing.T) {
	t.Parallel()
	s, api := startWithStripe(t)
	into := s.wallet(t, "usr_ann", 0)
	boss := s.finance()
	asked := s.as("usr_ann", "user").post("/v1/payments", "p-1", map[string]any{"wallet_id": into, "amount": yen("1000"), "method": "payment_intent"}).is(http.StatusCreated)
	object := stripetest.PaymentIntent(t, stripetest.Payment{Intent: asked.str("provider_ref"), Currency: "jpy", Received: 1000})
	object["metadata"] = stripetest.Object{"wallet_id": into, "payment_id": asked.str("id")}
	s.hears(t, "payment_intent.succeeded", object, time.Now())
	api.Next(stripetest.Trouble{Status: http.StatusBadRequest, Code: "charge_disputed"})
	refused := boss.post("/v1/payments/"+asked.str("id")+"/refunds", "r-1", map[string]any{}).refused(http.StatusUnprocessableEntity, "provider-refused")
	assert.Equal(t, "charge_disputed", refused.str("provider_code"))
	assert.Equal(t, []string{"1000", "0"}, []string{boss.balance(available(into), "JPY"), boss.balance(pending(into), "JPY")})
	s.verify()
}

func TestPaymentsWithoutAProvider(t *testing.T) {
	t.Parallel()
	s := startService(t)
	into := s.wallet(t, "usr_ann", 0)
	s.as("usr_ann", "user").pays("p-1", into, "1000").refused(http.StatusServiceUnavailable, "provider-not-configured")
}
