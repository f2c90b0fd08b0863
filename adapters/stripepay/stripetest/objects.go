package stripetest

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-mock/embedded"
)

// Object is a Stripe object as JSON has it.
type Object map[string]any

// Fixture returns Stripe's published example of a resource (payment_intent, charge,
// checkout.session, …) with fields set over it.
func Fixture(t testing.TB, resource string, fields Object) Object {
	t.Helper()
	var fixtures struct {
		Resources map[string]Object `json:"resources"`
	}
	require.NoError(t, json.Unmarshal(embedded.OpenAPIFixtures, &fixtures))
	object, ok := fixtures.Resources[resource]
	require.Truef(t, ok, "Stripe publishes no fixture of %q", resource)
	maps.Copy(object, fields)
	return object
}

// Payment is what the makers of objects below have in common: a payment of Received minor units, of
// which Refunded were given back. An empty Wallet is one that no metadata names.
type Payment struct {
	Intent   string
	Currency string
	Received int64
	Refunded int64
	Wallet   string
}

func (p Payment) metadata() Object {
	if p.Wallet == "" {
		return Object{}
	}
	return Object{"wallet_id": p.Wallet}
}

// PaymentIntent returns the intent of a payment that succeeded.
func PaymentIntent(t testing.TB, p Payment) Object {
	return Fixture(t, "payment_intent", Object{
		"id": p.Intent, "amount": p.Received, "amount_received": p.Received, "currency": p.Currency,
		"status": "succeeded", "metadata": p.metadata(), "canceled_at": nil, "invoice": nil,
	})
}

// Charge returns the charge of a payment.
func Charge(t testing.TB, p Payment) Object {
	return Fixture(t, "charge", Object{
		"id": "ch_" + p.Intent, "payment_intent": p.Intent, "amount": p.Received, "amount_captured": p.Received,
		"amount_refunded": p.Refunded, "refunded": p.Refunded == p.Received, "captured": true, "paid": true,
		"currency": p.Currency, "status": "succeeded", "metadata": p.metadata(), "invoice": nil,
	})
}

// CheckoutSession returns the session of a payment that was paid.
func CheckoutSession(t testing.TB, p Payment) Object {
	return Fixture(t, "checkout.session", Object{
		"payment_intent": p.Intent, "amount_subtotal": p.Received, "amount_total": p.Received,
		"currency": p.Currency, "payment_status": "paid", "status": "complete", "metadata": p.metadata(),
	})
}
