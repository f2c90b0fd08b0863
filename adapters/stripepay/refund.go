package stripepay

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/florinledger/florin/wallet/payment"
)

// RefundKey is the key of Stripe's metadata under which refunds that were asked for here have our id.
const RefundKey = "refund_id"

// Refund implements [payment.Gateway]. Stripe forgets idempotency keys after a day: what is older is looked for first,
// and so is what Stripe refuses, because it may have been done before.
func (g *Gateway) Refund(ctx context.Context, r payment.RefundOrder) (payment.RefundTold, error) {
	if time.Since(r.AskedAt) > keyLife {
		if told, found, err := g.findRefund(ctx, r); found || err != nil {
			return told, err
		}
	}
	minor, err := MinorUnits(r.Amount.Amount, r.Amount.Asset)
	if err != nil {
		return payment.RefundTold{}, payment.Failure{Code: "amount-not-charged", Message: err.Error()}
	}
	params := &stripe.RefundParams{
		PaymentIntent: stripe.String(r.Intent), Amount: stripe.Int64(minor),
		Metadata: map[string]string{WalletKey: r.WalletID, PaymentKey: r.PaymentID, RefundKey: r.ID},
	}
	params.Context = ctx
	params.SetIdempotencyKey(r.ID)
	made, err := g.api.Refunds.New(params)
	if err == nil {
		return toldOfRefund(made), nil
	}
	said := fault("give a payment back", err)
	if !errors.As(said, new(payment.Failure)) {
		return payment.RefundTold{}, said
	}
	if told, found, err := g.findRefund(ctx, r); found || err != nil {
		return told, err
	}
	return payment.RefundTold{}, said
}

// findRefund looks for a refund among those of its payment.
func (g *Gateway) findRefund(ctx context.Context, r payment.RefundOrder) (payment.RefundTold, bool, error) {
	params := &stripe.RefundListParams{PaymentIntent: stripe.String(r.Intent)}
	params.Context = ctx
	params.Limit = stripe.Int64(100)
	list := g.api.Refunds.List(params)
	for list.Next() {
		if one := list.Refund(); one.Metadata[RefundKey] == r.ID {
			return toldOfRefund(one), true, nil
		}
	}
	if err := list.Err(); err != nil && !errors.As(fault("look for a refund", err), new(payment.Failure)) {
		return payment.RefundTold{}, false, fault("look for a refund", err)
	}
	return payment.RefundTold{}, false, nil
}

func toldOfRefund(r *stripe.Refund) payment.RefundTold {
	status, failure := refundStatus(string(r.Status), string(r.FailureReason))
	return payment.RefundTold{Ref: r.ID, Status: status, At: time.Unix(r.Created, 0).UTC(), Failure: failure}
}

// refundStatus puts a refund's status into our words.
//
// Source: https://docs.stripe.com/api/refunds/object#refund_object-status.
func refundStatus(status, reason string) (payment.RefundStatus, payment.Failure) {
	switch status {
	case "succeeded":
		return payment.RefundSettled, payment.Failure{}
	case "failed", "canceled":
		return payment.RefundFailed, payment.Failure{Code: cmp.Or(reason, status)}
	}
	return payment.RefundSent, payment.Failure{}
}

type refund struct {
	ID            string            `json:"id"`
	PaymentIntent reference         `json:"payment_intent"`
	Charge        reference         `json:"charge"`
	Moved         reference         `json:"balance_transaction"`
	Returned      reference         `json:"failure_balance_transaction"`
	Amount        int64             `json:"amount"`
	Currency      string            `json:"currency"`
	Status        string            `json:"status"`
	FailureReason string            `json:"failure_reason"`
	Metadata      map[string]string `json:"metadata"`
}

// refundFact says how far a refund is, and what it has moved: one that was made at Stripe moves when it has a balance
// transaction, and comes back when it has another.
func refundFact(o refund) (payment.Fact, error) {
	of := cmp.Or(o.PaymentIntent, o.Charge) // that of a charge without an intent is one of the charge
	if of == "" {
		return payment.Fact{Kind: payment.Ignored, Reason: payment.NothingMoved}, nil
	}
	amount, err := money(o.Amount, o.Currency)
	status, failure := refundStatus(o.Status, o.FailureReason)
	return payment.Fact{
		Kind: payment.Refunding, Payment: string(of), Order: o.Metadata[PaymentKey],
		Refund: &payment.RefundFact{
			ID: o.Metadata[RefundKey], Amount: amount, Moved: o.Moved != "", Returned: o.Returned != "",
			RefundTold: payment.RefundTold{Ref: o.ID, Status: status, Failure: failure},
		},
	}, err
}
