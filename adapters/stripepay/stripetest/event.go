package stripetest

import (
	"crypto/rand"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"
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
	if o.EventID == "" {
		o.EventID = "evt_" + rand.Text()
	}
	if o.APIVersion == "" {
		o.APIVersion = "2023-10-16"
	}
	if o.Created.IsZero() {
		o.Created = time.Now()
	}
	body, err := json.Marshal(Fixture(t, "event", Object{
		"id": o.EventID, "type": eventType, "api_version": o.APIVersion, "livemode": o.Livemode,
		"pending_webhooks": o.PendingWebhooks, "created": o.Created.Unix(), "data": Object{"object": object},
	}))
	require.NoError(t, err)
	return body, Sign(body, secret, o.SignedAt)
}

// Sign returns the Stripe-Signature header of a body; at is now when it is zero.
func Sign(body []byte, secret string, at time.Time) string {
	return webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: body, Secret: secret, Timestamp: at}).Header
}
