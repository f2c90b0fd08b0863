package stripepay

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/florinledger/florin/wallet/payment"
)

var _ payment.Sight = (*Gateway)(nil)

// Look implements [payment.Sight]. A session says less than the intent in it, so it is asked for with that.
func (g *Gateway) Look(ctx context.Context, o payment.Order) (payment.Message, error) {
	if o.Method == payment.Checkout {
		params := &stripe.CheckoutSessionParams{}
		params.Context = ctx
		params.AddExpand("payment_intent")
		session, err := g.api.CheckoutSessions.Get(o.Ref, params)
		if err != nil {
			return payment.Message{}, fault("look at a checkout session", err)
		}
		return seen(session.LastResponse, "checkout.session", o.Ref, sessionSeen)
	}
	params := &stripe.PaymentIntentParams{}
	params.Context = ctx
	made, err := g.api.PaymentIntents.Get(o.Ref, params)
	if err != nil {
		return payment.Message{}, fault("look at an intent", err)
	}
	return seen(made.LastResponse, "payment_intent", o.Ref, intentSeen)
}

// LookRefund implements [payment.Sight].
func (g *Gateway) LookRefund(ctx context.Context, r payment.RefundOrder) (payment.Message, error) {
	params := &stripe.RefundParams{}
	params.Context = ctx
	made, err := g.api.Refunds.Get(r.Ref, params)
	if err != nil {
		return payment.Message{}, fault("look at a refund", err)
	}
	return seen(made.LastResponse, "refund", r.Ref, refundFact)
}

// Answers implements [payment.Sight]. What a key may not see, and what there is not, is an answer too.
func (g *Gateway) Answers(ctx context.Context) error {
	params := &stripe.BalanceParams{}
	params.Context = ctx
	_, err := g.api.Balance.Get(params)
	var e *stripe.Error
	if errors.As(err, &e) && (e.HTTPStatusCode == http.StatusForbidden || e.HTTPStatusCode == http.StatusNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("stripe: look at the balance: %w", callFault(err))
	}
	return nil
}

// intentSeen says how an intent stands, whatever that is.
func intentSeen(o intent) (payment.Fact, error) {
	if o.Status == "succeeded" {
		return intentFact(o)
	}
	return intentTold(o)
}

// sessionSeen says how a session stands, with the intent in it if it has one.
func sessionSeen(o struct {
	session
	PaymentIntent json.RawMessage `json:"payment_intent"`
},
) (payment.Fact, error) {
	if len(o.PaymentIntent) > 0 {
		if err := json.Unmarshal(o.PaymentIntent, &o.session.PaymentIntent); err != nil {
			return payment.Fact{}, err
		}
	}
	var made intent
	_ = json.Unmarshal(o.PaymentIntent, &made) // which is none where it is not expanded
	switch {
	case o.Status == "expired":
		return sessionTold(o.session)
	case made.ID != "":
		return intentSeen(made)
	case o.PaymentStatus == "paid":
		return sessionFact(o.session)
	}
	f, err := sessionTold(o.session)
	f.Told, f.Failure = toldOfSession(o.Status), payment.Failure{}
	return f, err
}

// seen makes the message of an object that was looked at. It is named after what it says, and happened when Stripe
// said so.
func seen[O any](r *stripe.APIResponse, kind, ref string, read func(O) (payment.Fact, error)) (payment.Message, error) {
	var object O
	if err := json.Unmarshal(r.RawJSON, &object); err != nil {
		return payment.Message{}, fmt.Errorf("stripe: look at %s %s: %w", kind, ref, err)
	}
	fact, err := read(object)
	if err != nil {
		return payment.Message{}, fmt.Errorf("stripe: look at %s %s: %w", kind, ref, err)
	}
	at, err := http.ParseTime(r.Header.Get("Date"))
	if err != nil {
		at = time.Now()
	}
	var mode struct {
		Livemode bool `json:"livemode"`
	}
	_ = json.Unmarshal(r.RawJSON, &mode) // which was read before
	digest := sha256.Sum256(r.RawJSON)
	m := payment.Message{
		Provider: payment.Stripe, ID: "look_" + ref + "_" + hex.EncodeToString(digest[:8]), Type: "look." + kind,
		APIVersion: stripe.APIVersion, Livemode: mode.Livemode, Body: r.RawJSON,
	}
	fact.Provider, fact.EventID, fact.Type, fact.OccurredAt = payment.Stripe, m.ID, m.Type, at.UTC().Truncate(time.Second)
	if fact.Refund != nil {
		fact.Refund.At = fact.OccurredAt
	}
	m.Fact = fact
	return m, nil
}
