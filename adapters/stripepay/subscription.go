package stripepay

import (
	"context"
	"errors"

	"github.com/stripe/stripe-go/v76"

	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet/payment"
)

// MembershipKey is the key of Stripe's metadata under which subscriptions that were asked for here have our id of the
// membership.
const MembershipKey = "membership_id"

// Subscriptions asks Stripe for memberships. It is a [membership.Provider], and safe for concurrent use.
type Subscriptions struct{ *Gateway }

var _ membership.Provider = Subscriptions{}

// OpenPage implements [membership.Provider]: a Checkout Session in subscription mode. Our id is the idempotency key, and
// stands in the metadata of session and subscription, so that their events can be told to be ours.
func (g Subscriptions) OpenPage(ctx context.Context, o membership.Order) (membership.Page, error) {
	ours := map[string]string{MembershipKey: o.ID}
	params := &stripe.CheckoutSessionParams{
		Mode: stripe.String(string(stripe.CheckoutSessionModeSubscription)), ClientReferenceID: stripe.String(o.ID), Metadata: ours,
		LineItems:        []*stripe.CheckoutSessionLineItemParams{{Price: stripe.String(o.Price), Quantity: stripe.Int64(1)}},
		SubscriptionData: &stripe.CheckoutSessionSubscriptionDataParams{Metadata: ours},
		SuccessURL:       stripe.String(o.SuccessURL),
	}
	if o.CancelURL != "" {
		params.CancelURL = stripe.String(o.CancelURL)
	}
	params.Context = ctx
	params.SetIdempotencyKey(o.ID)
	made, err := g.api.CheckoutSessions.New(params)
	if err != nil {
		return membership.Page{}, fault("open a checkout session", err)
	}
	return membership.Page{Ref: made.ID, Handover: payment.Handover{CheckoutURL: made.URL}}, nil
}

// Change implements [membership.Provider].
func (g Subscriptions) Change(ctx context.Context, w membership.Wish) error {
	switch w.What {
	case membership.AskEnd:
		if w.Subscription == "" {
			return g.Cancel(ctx, payment.Order{Ref: w.Page, Method: payment.Checkout})
		}
		return g.end(ctx, w)
	case membership.AskChange:
		return g.changePrice(ctx, w)
	}
	params := &stripe.SubscriptionParams{CancelAtPeriodEnd: stripe.Bool(w.What == membership.AskAtEnd)}
	params.Context = ctx
	params.SetIdempotencyKey(w.Key)
	if _, err := g.api.Subscriptions.Update(w.Subscription, params); err != nil {
		return fault("set whether a subscription is renewed", err)
	}
	return nil
}

// end ends a subscription. What is given back is worked out here, by whole days: Stripe makes no invoice of its own of
// it. Stripe refuses to end what has ended: then it is looked at.
func (g Subscriptions) end(ctx context.Context, w membership.Wish) error {
	params := &stripe.SubscriptionCancelParams{Prorate: stripe.Bool(false), InvoiceNow: stripe.Bool(false)}
	params.Context = ctx
	params.SetIdempotencyKey(w.Key)
	_, err := g.api.Subscriptions.Cancel(w.Subscription, params)
	if err == nil {
		return nil
	}
	said := fault("end a subscription", err)
	if !errors.As(said, new(payment.Failure)) {
		return said
	}
	now, err := g.subscription(ctx, w.Subscription)
	switch {
	case err != nil:
		return err
	case now.Status == stripe.SubscriptionStatusCanceled:
		return nil
	}
	return said
}

// changePrice makes a subscription one of another price. The difference is paid at once, or it stays as it was.
func (g Subscriptions) changePrice(ctx context.Context, w membership.Wish) error {
	now, err := g.subscription(ctx, w.Subscription)
	if err != nil {
		return err
	}
	if now.Items == nil || len(now.Items.Data) != 1 {
		return payment.Failure{Code: "subscription-items", Message: "The subscription has not one price that could be changed."}
	}
	item := now.Items.Data[0]
	if item.Price != nil && item.Price.ID == w.Price {
		return nil
	}
	params := &stripe.SubscriptionParams{
		CancelAtPeriodEnd: stripe.Bool(false), ProrationBehavior: stripe.String("always_invoice"), PaymentBehavior: stripe.String("error_if_incomplete"),
		Items: []*stripe.SubscriptionItemsParams{{ID: stripe.String(item.ID), Price: stripe.String(w.Price)}},
	}
	params.Context = ctx
	params.SetIdempotencyKey(w.Key)
	if _, err := g.api.Subscriptions.Update(w.Subscription, params); err != nil {
		return fault("change a subscription's price", err)
	}
	return nil
}

func (g Subscriptions) subscription(ctx context.Context, id string) (*stripe.Subscription, error) {
	params := &stripe.SubscriptionParams{}
	params.Context = ctx
	found, err := g.api.Subscriptions.Get(id, params)
	if err != nil {
		return nil, fault("look at a subscription", err)
	}
	return found, nil
}
