package stripepay_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-mock/embedded"
	"github.com/stripe/stripe-mock/server"

	"github.com/florinledger/florin/adapters/stripepay"
	"github.com/florinledger/florin/adapters/stripepay/stripetest"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet/payment"
)

const payID, walletID = "pay_01kkn6wx9dg000g00400000003", "wal_01kkn6wx9dg000g00400000001"

func anOrder(method payment.Method, amount, asset string) payment.Order {
	o := payment.Order{ID: payID, WalletID: walletID, Amount: ledger.Money{Amount: amount, Asset: asset}, Method: method}
	if method == payment.Checkout {
		o.SuccessURL, o.CancelURL = "https://shop.example.com/paid", "https://shop.example.com/cart"
	}
	return o
}

// stripe-mock holds every request against Stripe's own description of its API.
func TestStripeTakesWhatIsAsked(t *testing.T) {
	t.Parallel()
	description, err := server.LoadSpec(embedded.OpenAPISpec, "")
	require.NoError(t, err)
	examples, err := server.LoadFixtures(embedded.OpenAPIFixtures, "")
	require.NoError(t, err)
	mock, err := server.NewStubServer(examples, description, false, false)
	require.NoError(t, err)
	web := httptest.NewServer(http.HandlerFunc(mock.HandleRequest))
	t.Cleanup(web.Close)
	g := stripepay.NewGateway("sk_test_123", stripepay.GatewayConfig{URL: web.URL})
	for _, method := range []payment.Method{payment.Checkout, payment.Intent} {
		o := anOrder(method, "25.00", "EUR")
		s, err := g.Open(t.Context(), o)
		require.NoError(t, err)
		require.NotEmpty(t, s.Ref)
		o.Ref = s.Ref
		require.NoError(t, g.Cancel(t.Context(), o))
	}
	told, err := g.Refund(t.Context(), aRefund("4.00", time.Now()))
	require.NoError(t, err)
	require.NotEmpty(t, told.Ref)
	subscriptions := stripepay.Subscriptions{Gateway: g}
	page, err := subscriptions.OpenPage(t.Context(), membership.Order{ID: memID, Price: "price_1", SuccessURL: "https://shop.example.com/paid", CancelURL: "https://shop.example.com/"})
	require.NoError(t, err)
	require.NotEmpty(t, page.Ref)
	for _, what := range []string{membership.AskAtEnd, membership.AskGoOn, membership.AskChange, membership.AskEnd} {
		require.NoError(t, subscriptions.Change(t.Context(), membership.Wish{Ask: membership.Ask{What: what, Price: "price_2"}, Key: "k" + what, Subscription: "sub_1"}), what)
	}
	_, err = g.Refund(t.Context(), aRefund("4.00", time.Now().Add(-48*time.Hour))) // which looks for it first
	require.NoError(t, err)
	lines := 0
	require.NoError(t, stripepay.NewBalance(g, false).BalanceTransactions(t.Context(), settledAt(), settledAt().Add(time.Hour), func(m payment.Message, err error) error {
		require.NoError(t, err)
		assert.Equal(t, payment.Movement{ID: m.ID, Asset: "USD", Amount: "1.00", Fee: "0.00"}, m.Fact.Settlement.Movement)
		lines++
		return nil
	}))
	require.Equal(t, 1, lines)
	_, err = stripepay.NewGateway("nonsense", stripepay.GatewayConfig{URL: web.URL}).Open(t.Context(), anOrder(payment.Intent, "25.00", "EUR"))
	require.Error(t, err)
	require.NotErrorAs(t, err, new(payment.Failure), "a wrong key is ours to mend, and the payment may still be opened")
}

func TestOpen(t *testing.T) {
	t.Parallel()
	api := stripetest.NewAPI(t)
	g := stripepay.NewGateway("sk_test_123", stripepay.GatewayConfig{URL: api.URL()})

	s, err := g.Open(t.Context(), anOrder(payment.Checkout, "5", "ISK"))
	require.NoError(t, err)
	assert.Equal(t, payment.Standing{Ref: "cs_test_1", Told: payment.StatusCreated, At: s.At, Handover: payment.Handover{CheckoutURL: "https://checkout.stripe.com/c/pay/cs_test_1"}}, s)
	call := api.Sent()[0]
	assert.Equal(t, payID, call.Key)
	for name, want := range map[string]string{
		"mode": "payment", "line_items[0][price_data][unit_amount]": "500", "line_items[0][price_data][currency]": "isk", "line_items[0][quantity]": "1",
		"metadata[wallet_id]": walletID, "metadata[payment_id]": payID, "client_reference_id": payID,
		"payment_intent_data[metadata][wallet_id]": walletID, "payment_intent_data[metadata][payment_id]": payID,
		"success_url": "https://shop.example.com/paid", "cancel_url": "https://shop.example.com/cart",
	} {
		assert.Equal(t, want, call.Form.Get(name), name)
	}

	o := anOrder(payment.Intent, "10.50", "USD")
	o.ID = "pay_01kkn6wx9dg000g00400000004"
	// The answer gets lost after it was done: the same call finds what it did.
	api.Next(stripetest.Trouble{Lost: true})
	_, err = g.Open(t.Context(), o)
	require.Error(t, err)
	require.NotErrorAs(t, err, new(payment.Failure))
	s, err = g.Open(t.Context(), o)
	require.NoError(t, err)
	assert.Equal(t, payment.Standing{Ref: "pi_2", Intent: "pi_2", Told: payment.StatusCreated, At: s.At, Handover: payment.Handover{ClientSecret: "pi_2_secret"}}, s)
	assert.Equal(t, []string{"pi_2"}, api.Opened("payment_intent"))
	assert.Equal(t, "1050", api.Sent()[1].Form.Get("amount"))

	_, err = g.Open(t.Context(), anOrder(payment.Intent, "0.001", "KWDX"))
	require.ErrorAs(t, err, new(payment.Failure))
	require.Len(t, api.Sent(), 3, "Stripe is not asked for what it does not charge")
}

// What Stripe has decided is its last word; after anything else the same is asked again.
func TestWhatIsFinal(t *testing.T) {
	t.Parallel()
	for status, final := range map[int]bool{400: true, 402: true, 404: true, 401: false, 403: false, 409: false, 429: false, 500: false, 503: false} {
		api := stripetest.NewAPI(t)
		api.Next(stripetest.Trouble{Status: status, Code: "amount_too_small"})
		_, err := stripepay.NewGateway("sk_test_123", stripepay.GatewayConfig{URL: api.URL()}).Open(t.Context(), anOrder(payment.Intent, "0.01", "USD"))
		var why payment.Failure
		if final {
			require.ErrorAs(t, err, &why, "%d", status)
			assert.Equal(t, payment.Failure{Code: "amount_too_small", Message: "This is amount_too_small."}, why)
		} else {
			require.Error(t, err)
			require.NotErrorAs(t, err, &why, "%d", status)
		}
		require.Len(t, api.Sent(), 1, "the library does not ask again by itself")
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	api := stripetest.NewAPI(t)
	g := stripepay.NewGateway("sk_test_123", stripepay.GatewayConfig{URL: api.URL()})
	for i, method := range []payment.Method{payment.Checkout, payment.Intent} {
		o := anOrder(method, "25.00", "EUR")
		o.ID = o.ID[:len(o.ID)-1] + string(rune('4'+i))
		s, err := g.Open(t.Context(), o)
		require.NoError(t, err)
		o.Ref = s.Ref
		require.NoError(t, g.Cancel(t.Context(), o))
		require.NoError(t, g.Cancel(t.Context(), o), "what is called off is called off")
		api.Set(o.Ref, stripetest.Object{"status": map[payment.Method]string{payment.Checkout: "complete", payment.Intent: "succeeded"}[method]})
		var why payment.Failure
		require.ErrorAs(t, g.Cancel(t.Context(), o), &why)
		assert.Equal(t, "payment_intent_unexpected_state", why.Code)
	}
}

func aRefund(amount string, at time.Time) payment.RefundOrder {
	return payment.RefundOrder{
		ID: "ref_01kkn6wx9dg000g00400000009", PaymentID: payID, WalletID: walletID, Intent: "pi_1", Amount: ledger.Money{Amount: amount, Asset: "USD"}, AskedAt: at,
	}
}

// A refund is made once, whatever Stripe has forgotten.
func TestRefund(t *testing.T) {
	t.Parallel()
	api := stripetest.NewAPI(t)
	g := stripepay.NewGateway("sk_test_123", stripepay.GatewayConfig{URL: api.URL()})
	o := anOrder(payment.Intent, "10.00", "USD")
	opened, err := g.Open(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, "pi_1", opened.Ref)
	api.Set("pi_1", stripetest.Object{"amount_received": 1000})

	api.Next(stripetest.Trouble{Lost: true})
	_, err = g.Refund(t.Context(), aRefund("4.00", time.Now()))
	require.Error(t, err)
	require.NotErrorAs(t, err, new(payment.Failure))
	first, err := g.Refund(t.Context(), aRefund("4.00", time.Now()))
	require.NoError(t, err)
	assert.Equal(t, payment.RefundTold{Ref: "re_2", Status: payment.RefundSettled, At: first.At}, first)
	call := api.Sent()[len(api.Sent())-1]
	for name, want := range map[string]string{
		"amount": "400", "payment_intent": "pi_1", "metadata[refund_id]": "ref_01kkn6wx9dg000g00400000009", "metadata[payment_id]": payID,
	} {
		assert.Equal(t, want, call.Form.Get(name), name)
	}
	assert.Equal(t, "ref_01kkn6wx9dg000g00400000009", call.Key)

	// Asked again when its key is forgotten it is found, as it stands by then.
	api.Forget()
	api.Set("re_2", stripetest.Object{"status": "failed", "failure_reason": "lost_or_stolen_card"})
	again, err := g.Refund(t.Context(), aRefund("4.00", time.Now().Add(-30*time.Hour)))
	require.NoError(t, err)
	assert.Equal(t, payment.RefundTold{Ref: "re_2", Status: payment.RefundFailed, At: first.At, Failure: payment.Failure{Code: "lost_or_stolen_card"}}, again)
	api.Next(stripetest.Trouble{Status: http.StatusBadRequest, Code: "charge_already_refunded"})
	again, err = g.Refund(t.Context(), aRefund("4.00", time.Now()))
	require.NoError(t, err, "what Stripe refuses because it is done is done")
	assert.Equal(t, "re_2", again.Ref)
	assert.Len(t, api.Opened("refund"), 1)

	other := aRefund("9.00", time.Now())
	other.ID = "ref_01kkn6wx9dg000g00400000010"
	_, err = g.Refund(t.Context(), other)
	var why payment.Failure
	require.ErrorAs(t, err, &why)
	assert.Equal(t, "charge_already_refunded", why.Code)
}
