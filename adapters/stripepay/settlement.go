package stripepay

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/florinledger/florin/wallet/payment"
)

// fact says what a balance transaction is of. That follows from its source rather than from its type: a refund that
// failed comes back under several types.
//
// Source: https://docs.stripe.com/reports/balance-transaction-types.
func (b *Balance) fact(ctx context.Context, t balanceTransaction) (payment.Fact, error) {
	moved, err := t.movement()
	if err != nil {
		return payment.Fact{}, err
	}
	s := &payment.SettlementFact{Movement: moved, Type: t.Type, Of: payment.OfOther, Rate: t.ExchangeRate.String()}
	if t.AvailableOn > 0 {
		s.AvailableOn = time.Unix(t.AvailableOn, 0).UTC()
	}
	switch source, err := t.source(); {
	case err != nil:
		return payment.Fact{}, err
	case t.Type == "topup" || t.Type == "topup_reversal":
		s.Of, s.Ref = payment.OfTopUp, source.ID
	case source.Object == "charge" && t.ofPayment():
		return read(t.Source, func(c charge) (payment.Fact, error) { return settledPayment(t, s, c) })
	case source.Object == "refund" && t.ofPayment():
		return read(t.Source, func(r refund) (payment.Fact, error) { return b.settledRefund(ctx, t, s, r) })
	case source.Object == "dispute":
		s.Of, s.Ref = payment.OfDispute, source.ID
		// The dispute knows all that it moved so far, which is booked in that order.
		f, err := read(t.Source, disputeFact)
		if err == nil && !slices.Contains(f.Dispute.Movements, moved) {
			f.Dispute.Movements = append(f.Dispute.Movements, moved)
		}
		f.Settlement = s
		return f, err
	case source.Object == "payout" && t.ofPayout():
		s.Of, s.Ref = payment.OfPayout, source.ID
		stage := payment.PayoutInTransit
		if t.Type != "payout" {
			stage = payment.PayoutFailed
		}
		// The payout's own amount has the sign of what reaches our bank.
		return read(t.Source, func(p payout) (payment.Fact, error) {
			paidOut, err := money(p.Amount, p.Currency)
			return payment.Fact{Settlement: s, Payout: &payment.PayoutFact{ID: p.ID, Amount: paidOut, Stage: stage}}, err
		})
	case source.Object == "" && source.ID != "" && (t.ofPayment() || t.ofPayout()):
		return payment.Fact{}, fmt.Errorf("source %s is not expanded", source.ID)
	default:
		s.Ref = source.ID
	}
	return payment.Fact{Settlement: s}, nil
}

// settledPayment is of a charge. One that is pending is counted by Stripe and not received; when it fails, Stripe
// takes it out again.
func settledPayment(t balanceTransaction, s *payment.SettlementFact, c charge) (payment.Fact, error) {
	s.Of, s.Ref = payment.OfPayment, c.ID
	f, err := chargeFact(c)
	if err != nil {
		return f, err
	}
	f.Refunded = "" // refunds have balance transactions of their own
	f.Settlement = s
	minor := c.received()
	switch {
	case t.Amount < 0 && t.Type != "adjustment" && c.received() > 0:
		// It was received after all, and is taken back as a refund is that has no id but this.
		return takenBack(t, s, f, c)
	case t.Amount < 0:
		minor = -c.Amount
	case minor == 0:
		minor = c.Amount
	}
	s.Paid, err = money(minor, c.Currency)
	return f, err
}

// takenBack is of a payment that Stripe takes back.
func takenBack(t balanceTransaction, s *payment.SettlementFact, f payment.Fact, c charge) (payment.Fact, error) {
	minor := c.received()
	if t.Currency == c.Currency {
		minor = -t.Amount
	}
	amount, err := money(minor, c.Currency)
	s.Of, s.Paid = payment.OfRefund, amount
	s.Paid.Amount = "-" + amount.Amount
	f.Refund = &payment.RefundFact{Amount: amount, Moved: true, RefundTold: payment.RefundTold{Ref: t.ID, Status: payment.RefundSettled}}
	return f, err
}

// settledRefund is of a refund: of one that failed, when it is above zero. Its charge says whose payment it is, and
// that it is a payment's at all.
func (b *Balance) settledRefund(ctx context.Context, t balanceTransaction, s *payment.SettlementFact, r refund) (payment.Fact, error) {
	var c chargeAnswer
	params := &stripe.Params{Context: ctx}
	if r.Charge == "" {
		return payment.Fact{}, fmt.Errorf("refund %s of no charge", r.ID)
	}
	if err := b.gateway.backend.Call(http.MethodGet, stripe.FormatURLPath("/v1/charges/%s", string(r.Charge)), b.gateway.key, params, &c); err != nil {
		return payment.Fact{}, callFailed{fmt.Errorf("stripe: look at the charge of refund %s: %w", r.ID, callFault(err))}
	}
	if c.received() == 0 {
		return settledPayment(t, s, c.charge)
	}
	f, err := chargeFact(c.charge)
	if err != nil {
		return f, err
	}
	f.Refunded = ""
	s.Of, s.Ref, f.Settlement = payment.OfRefund, r.ID, s
	amount, err := money(r.Amount, r.Currency)
	if err != nil {
		return f, err
	}
	s.Paid = amount
	f.Refund = &payment.RefundFact{ID: r.Metadata[RefundKey], Amount: amount, Moved: true, RefundTold: payment.RefundTold{Ref: r.ID, Status: payment.RefundSettled}}
	if t.Amount > 0 {
		_, failure := refundStatus("failed", r.FailureReason)
		f.Refund.Returned, f.Refund.Status, f.Refund.Failure = true, payment.RefundFailed, failure
	} else {
		s.Paid.Amount = "-" + amount.Amount
	}
	return f, nil
}

// callFailed is a fault of asking Stripe, and none of what it said.
type callFailed struct{ error }

// Unwrap gives what went wrong.
func (f callFailed) Unwrap() error { return f.error }

// chargeAnswer is a charge as Stripe answers it.
type chargeAnswer struct {
	stripe.APIResource
	charge
}

// balanceTransaction is a change of our balance at Stripe: by its amount, less its fee.
type balanceTransaction struct {
	ID           string          `json:"id"`
	Type         string          `json:"type"`
	Amount       int64           `json:"amount"`
	Fee          int64           `json:"fee"`
	Currency     string          `json:"currency"`
	ExchangeRate json.Number     `json:"exchange_rate"`
	Created      int64           `json:"created"`
	AvailableOn  int64           `json:"available_on"`
	Source       json.RawMessage `json:"source"`
}

// movement is what it moves.
func (t balanceTransaction) movement() (payment.Movement, error) {
	moved, err := money(t.Amount, t.Currency)
	if err != nil {
		return payment.Movement{}, err
	}
	fee, err := money(t.Fee, t.Currency)
	return payment.Movement{ID: t.ID, Asset: moved.Asset, Amount: moved.Amount, Fee: fee.Amount}, err
}

// ofPayment reports whether one of its type may be of a payment, or of a refund.
func (t balanceTransaction) ofPayment() bool {
	switch t.Type {
	case "charge", "payment", "payment_failure_refund", "payment_reversal", "refund", "payment_refund", "refund_failure", "adjustment":
		return true
	}
	return false
}

// ofPayout reports whether one of its type is of a payout.
func (t balanceTransaction) ofPayout() bool {
	return t.Type == "payout" || t.Type == "payout_failure" || t.Type == "payout_cancel"
}

// source is what it is of: object is empty where that is not expanded, and id where there is nothing.
func (t balanceTransaction) source() (s struct{ Object, ID string }, err error) {
	if len(t.Source) > 0 && t.Source[0] == '"' {
		return s, json.Unmarshal(t.Source, &s.ID)
	}
	if len(t.Source) > 0 {
		err = json.Unmarshal(t.Source, &s) // null changes nothing
	}
	return s, err
}
