package stripetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay/fixture"
)

// Options are what a delivery may be told.
type Options struct {
	// EventID is the event's id. Default: a new one.
	EventID string
	// Livemode is false, as with a test key.
	Livemode bool
	// APIVersion is that of the endpoint. Default: that of stripe-go v76.
	APIVersion string
	// PendingWebhooks differs between deliveries of one event.
	PendingWebhooks int
	// Created is when it happened. Default: now.
	Created time.Time
	// SignedAt is when it was signed. Default: now.
	SignedAt time.Time
}

// SignedEvent returns the body of an event about object, and its Stripe-Signature header.
func SignedEvent(t testing.TB, secret, eventType string, object any, o Options) (body []byte, signature string) {
	t.Helper()
	body, err := fixture.Event(eventType, object, fixture.EventOptions{
		EventID: o.EventID, Livemode: o.Livemode, APIVersion: o.APIVersion,
		PendingWebhooks: o.PendingWebhooks, Created: o.Created,
	})
	require.NoError(t, err)
	return body, Sign(body, secret, o.SignedAt)
}

// Sign returns the Stripe-Signature header of a body; at is now when it is zero.
func Sign(body []byte, secret string, at time.Time) string {
	if at.IsZero() {
		at = time.Now()
	}
	return fixture.Sign(body, secret, at)
}
