package stripepay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"

	"github.com/florinledger/florin/wallet/payment"
)

// GatewayConfig is what a gateway may be told.
type GatewayConfig struct {
	// URL is where Stripe's API is. Default: Stripe's.
	URL string
	// Client makes the calls. Default: one that waits for DefaultCallTime.
	Client *http.Client
}

// Gateway asks Stripe. It is a [payment.Gateway], and safe for concurrent use.
type Gateway struct {
	api     *client.API
	backend stripe.Backend
	key     string
}

var _ payment.Gateway = (*Gateway)(nil)

// NewGateway returns a gateway that asks with a secret or restricted key (sk_…, rk_…).
func NewGateway(key string, config GatewayConfig) *Gateway {
	if config.Client == nil {
		config.Client = &http.Client{Timeout: DefaultCallTime}
	}
	backend := stripe.BackendConfig{
		HTTPClient: config.Client, EnableTelemetry: stripe.Bool(false),
		// Who asks again does so in his own time, under the same key, and logs for himself.
		MaxNetworkRetries: stripe.Int64(0), LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
	}
	if config.URL != "" {
		backend.URL = stripe.String(config.URL)
	}
	backends := stripe.NewBackendsWithConfig(&backend)
	return &Gateway{api: client.New(key, backends), backend: backends.API, key: key}
}

// Open implements [payment.Gateway]. Our id is the idempotency key, and stands in the metadata of all that Stripe
// makes, so that its events can be told to be ours.
func (g *Gateway) Open(ctx context.Context, o payment.Order) (payment.Standing, error) {
	minor, err := MinorUnits(o.Amount.Amount, o.Amount.Asset)
	if err != nil {
		return payment.Standing{}, payment.Failure{Code: "amount-not-charged", Message: err.Error()}
	}
	if o.Method == payment.Checkout {
		return g.openSession(ctx, o, minor)
	}
	params := &stripe.PaymentIntentParams{
		Amount: stripe.Int64(minor), Currency: stripe.String(currency(o)), Metadata: metadata(o),
		AutomaticPaymentMethods: &stripe.PaymentIntentAutomaticPaymentMethodsParams{Enabled: stripe.Bool(true)},
	}
	if o.Description != "" {
		params.Description = stripe.String(o.Description)
	}
	params.Context = ctx
	params.SetIdempotencyKey(o.ID)
	made, err := g.api.PaymentIntents.New(params)
	if err != nil {
		return payment.Standing{}, fault("open an intent", err)
	}
	told, _ := toldOfIntent(string(made.Status), made.LastPaymentError != nil)
	return payment.Standing{
		Ref: made.ID, Intent: made.ID, Told: told, At: time.Unix(made.Created, 0).UTC(),
		Handover: payment.Handover{ClientSecret: made.ClientSecret},
	}, nil
}

func (g *Gateway) openSession(ctx context.Context, o payment.Order, minor int64) (payment.Standing, error) {
	params := &stripe.CheckoutSessionParams{
		Mode: stripe.String(string(stripe.CheckoutSessionModePayment)), ClientReferenceID: stripe.String(o.ID), Metadata: metadata(o),
		SuccessURL: stripe.String(o.SuccessURL),
		LineItems: []*stripe.CheckoutSessionLineItemParams{{
			Quantity: stripe.Int64(1),
			PriceData: &stripe.CheckoutSessionLineItemPriceDataParams{
				Currency: stripe.String(currency(o)), UnitAmount: stripe.Int64(minor),
				ProductData: &stripe.CheckoutSessionLineItemPriceDataProductDataParams{Name: stripe.String(cmp.Or(o.Description, "Top-up"))},
			},
		}},
		PaymentIntentData: &stripe.CheckoutSessionPaymentIntentDataParams{Metadata: metadata(o)},
	}
	if o.CancelURL != "" {
		params.CancelURL = stripe.String(o.CancelURL)
	}
	params.Context = ctx
	params.SetIdempotencyKey(o.ID)
	made, err := g.api.CheckoutSessions.New(params)
	if err != nil {
		return payment.Standing{}, fault("open a checkout session", err)
	}
	standing := payment.Standing{
		Ref: made.ID, Told: toldOfSession(string(made.Status)), At: time.Unix(made.Created, 0).UTC(), Handover: payment.Handover{CheckoutURL: made.URL},
	}
	if made.PaymentIntent != nil {
		standing.Intent = made.PaymentIntent.ID
	}
	return standing, nil
}

// Cancel implements [payment.Gateway]. Stripe refuses to call off what is called off already: then it is looked at.
func (g *Gateway) Cancel(ctx context.Context, o payment.Order) error {
	var err error
	if o.Method == payment.Checkout {
		params := &stripe.CheckoutSessionExpireParams{}
		params.Context = ctx
		_, err = g.api.CheckoutSessions.Expire(o.Ref, params)
	} else {
		params := &stripe.PaymentIntentCancelParams{}
		params.Context = ctx
		_, err = g.api.PaymentIntents.Cancel(o.Ref, params)
	}
	if err == nil {
		return nil
	}
	said := fault("call a payment off", err)
	if !errors.As(said, new(payment.Failure)) {
		return said
	}
	over, err := g.isOver(ctx, o)
	if err != nil {
		return err
	}
	if over {
		return nil
	}
	return said
}

// isOver reports whether a payment is paid no more.
func (g *Gateway) isOver(ctx context.Context, o payment.Order) (bool, error) {
	if o.Method == payment.Checkout {
		params := &stripe.CheckoutSessionParams{}
		params.Context = ctx
		session, err := g.api.CheckoutSessions.Get(o.Ref, params)
		if err != nil {
			return false, fault("look at a checkout session", err)
		}
		return session.Status == stripe.CheckoutSessionStatusExpired, nil
	}
	params := &stripe.PaymentIntentParams{}
	params.Context = ctx
	intent, err := g.api.PaymentIntents.Get(o.Ref, params)
	if err != nil {
		return false, fault("look at an intent", err)
	}
	return intent.Status == stripe.PaymentIntentStatusCanceled, nil
}

// metadata is by what our payments are known at Stripe. Nothing that a caller wrote is in it.
func metadata(o payment.Order) map[string]string {
	return map[string]string{WalletKey: o.WalletID, PaymentKey: o.ID}
}

// fault is the error of a call: a [payment.Failure] where Stripe has decided, and asking again would change nothing. A
// key that is wrong is mended by us.
func fault(what string, err error) error {
	var e *stripe.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("stripe: %s: %w", what, err)
	}
	switch e.HTTPStatusCode {
	case http.StatusBadRequest, http.StatusPaymentRequired, http.StatusNotFound:
		return payment.Failure{Code: cmp.Or(string(e.Code), string(e.Type)), Message: excerpt(e.Msg)}
	}
	return fmt.Errorf("stripe: %s: %w", what, callFault(err))
}

// callFault says of an answer of Stripe's what a log may have.
func callFault(err error) error {
	var e *stripe.Error
	if !errors.As(err, &e) {
		return err
	}
	return fmt.Errorf("status %d, %s %s, request %s", e.HTTPStatusCode, e.Type, e.Code, e.RequestID)
}
