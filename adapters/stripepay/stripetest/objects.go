package stripetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay/fixture"
)

// Object is a Stripe object as JSON has it.
type Object = fixture.Object

// Payment is what the makers of objects below have in common.
type Payment = fixture.Payment

// Fixture returns Stripe's published example of a resource (payment_intent, charge,
// checkout.session, …) with fields set over it.
func Fixture(t testing.TB, resource string, fields Object) Object {
	t.Helper()
	object, err := fixture.Resource(resource, fields)
	require.NoError(t, err)
	return object
}

// PaymentIntent returns the intent of a payment that succeeded.
func PaymentIntent(t testing.TB, p Payment) Object { t.Helper(); return made(t, p.PaymentIntent) }

// Charge returns the charge of a payment.
func Charge(t testing.TB, p Payment) Object { t.Helper(); return made(t, p.Charge) }

// CheckoutSession returns the session of a payment that was paid.
func CheckoutSession(t testing.TB, p Payment) Object { t.Helper(); return made(t, p.CheckoutSession) }

// Dispute returns a dispute.
func Dispute(t testing.TB, d fixture.Dispute) Object { t.Helper(); return made(t, d.Object) }

func made(t testing.TB, object func() (Object, error)) Object {
	t.Helper()
	o, err := object()
	require.NoError(t, err)
	return o
}
