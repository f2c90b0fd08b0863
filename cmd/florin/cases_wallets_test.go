package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay/stripetest"
)

// deliver hands an event to the webhook as Stripe does, and returns the answer.
func (s *service) deliver(t *testing.T, eventType string, object stripetest.Object, o stripetest.Options) *answer {
	t.Helper()
	body, signature := stripetest.SignedEvent(t, s.stripe, eventType, object, o)
	return s.nobody().in(t).call(http.MethodPost, "/v1/webhooks/stripe", body, header("Stripe-Signature", signature))
}

// paid is a payment of whole yen, which have no smaller unit at Stripe either.
func (s *service) paid(intent string, yen int64, wallet string) stripetest.Payment {
	return stripetest.Payment{Intent: intent, Currency: "jpy", Received: yen, Wallet: wallet}
}

// wallet opens a wallet of an owner, and pays yen into it the only way there is: by card.
func (s *service) wallet(t *testing.T, owner string, yen int64) string {
	t.Helper()
	c := s.as("svc_shop", "service").in(t)
	id := c.call(http.MethodPost, "/v1/wallets", map[string]any{"owner_id": owner}).is(http.StatusCreated).str("id")
	if yen > 0 {
		intent := stripetest.PaymentIntent(t, s.paid("pi_"+strings.TrimPrefix(id, "wal_"), yen, id))
		a := s.deliver(t, "payment_intent.succeeded", intent, stripetest.Options{Created: time.Now()}).is(http.StatusOK)
		require.Equal(t, "booked", a.str("outcome"))
	}
	return id
}

// available is the account that a wallet's owner spends from; held is what holds have set aside.
func available(wallet string) string { return "liabilities:wallets:" + wallet + ":available" }
func held(wallet string) string      { return "liabilities:wallets:" + wallet + ":held" }

// yen is an amount of money as a body has it.
func yen(amount string) map[string]string { return map[string]string{"amount": amount, "asset": "JPY"} }
