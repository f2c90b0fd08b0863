package payments

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

// What others are told of by webhooks. The shapes that no operation answers are those of openapi.yaml, by the same names.

// webhookPayment is what a provider said of a payment.
type webhookPayment struct {
	Provider      string    `json:"provider"`
	ProviderRef   string    `json:"provider_ref"`
	WalletID      string    `json:"wallet_id,omitempty"`
	Amount        api.Money `json:"amount"`
	TransactionID string    `json:"transaction_id,omitempty"`
}

// PaymentAt shows what a provider said of a payment.
func (h *Handlers) PaymentAt(_ context.Context, e *journal.Event) (any, error) {
	show := func(provider, ref, walletID string, amount ledger.Money) (any, error) {
		return webhookPayment{provider, ref, walletID, handling.Money(amount), handling.TransactionID(e)}, nil
	}
	switch b := e.Body.(type) {
	case payment.Received:
		return show(b.Provider, b.Payment, b.WalletID, b.Amount)
	case payment.Refunded:
		return show(b.Provider, b.Payment, b.WalletID, b.Amount)
	case payment.Assigned:
		return show(b.Provider, b.Payment, b.WalletID, b.Amount)
	}
	return nil, handling.NotShown(e)
}

// webhookPaymentStanding is how a payment that was asked for here stands.
type webhookPaymentStanding struct {
	ID          string              `json:"id"`
	Provider    string              `json:"provider"`
	ProviderRef string              `json:"provider_ref,omitempty"`
	WalletID    string              `json:"wallet_id"`
	Amount      api.Money           `json:"amount"`
	Status      string              `json:"status"`
	Received    api.Money           `json:"received"`
	Refunded    api.Money           `json:"refunded"`
	Disputed    api.Money           `json:"disputed"`
	Failure     *api.PaymentFailure `json:"failure,omitempty"`
}

// StandingAt shows how a payment that was asked for here stands after an event. What the payer is given is not sent.
func (h *Handlers) StandingAt(ctx context.Context, e *journal.Event) (any, error) {
	created := e
	if _, is := e.Body.(payment.Created); !is {
		var err error
		if created, err = h.creating(ctx, e); err != nil {
			return nil, err
		}
	}
	p, err := payment.Show(created, nil, e)
	if err != nil {
		return nil, err
	}
	sum := func(amount string) api.Money {
		return handling.Money(ledger.Money{Amount: cmp.Or(amount, p.Zero().Amount), Asset: p.Amount.Asset})
	}
	out := webhookPaymentStanding{
		ID: p.PaymentID, Provider: p.Provider, ProviderRef: p.ProviderRef, WalletID: p.WalletID, Amount: handling.Money(p.Amount),
		Status: string(p.Status), Received: sum(p.Received), Refunded: sum(p.Refunded), Disputed: sum(p.Disputed),
	}
	if p.Failure.Code != "" {
		out.Failure = &api.PaymentFailure{Code: p.Failure.Code, Message: p.Failure.Message}
	}
	return out, nil
}

// RefundAt shows a refund as an event left it.
func (h *Handlers) RefundAt(ctx context.Context, e *journal.Event) (any, error) {
	step, ok := payment.RefundStepOf(e)
	if !ok {
		return nil, handling.NotShown(e)
	}
	asked := e
	if _, is := e.Body.(payment.RefundAsked); !is {
		place, err := payment.RefundPlace(step.RefundID)
		if err != nil {
			return nil, err
		}
		events, err := h.decodedAt(ctx, []int64{place.Position()})
		if err != nil {
			return nil, err
		}
		if asked = events[place.Position()]; asked == nil {
			return nil, handling.NotInJournal(place.Position())
		}
	}
	return refundOf(asked, e)
}

// webhookDispute is what a provider said of a dispute.
type webhookDispute struct {
	Provider        string     `json:"provider"`
	ProviderRef     string     `json:"provider_ref"`
	ProviderPayment string     `json:"provider_payment"`
	WalletID        string     `json:"wallet_id,omitempty"`
	Amount          api.Money  `json:"amount"`
	Fee             *api.Money `json:"fee,omitempty"`
	Status          string     `json:"status,omitempty"`
	Reason          string     `json:"reason,omitempty"`
	EvidenceDueBy   *time.Time `json:"evidence_due_by,omitempty"`
	TransactionID   string     `json:"transaction_id,omitempty"`
}

// DisputeAt shows what a provider said of a dispute.
func (h *Handlers) DisputeAt(_ context.Context, e *journal.Event) (any, error) {
	about, ok := payment.AboutOf(e)
	if !ok {
		return nil, handling.NotShown(e)
	}
	out := webhookDispute{
		Provider: about.Provider, ProviderRef: about.Dispute, ProviderPayment: about.Payment, WalletID: about.WalletID, TransactionID: handling.TransactionID(e),
	}
	switch body := e.Body.(type) {
	case payment.DisputeUpdated:
		out.Amount, out.Status, out.Reason = handling.Money(body.Amount), string(body.Status), body.Reason
		if !body.DueBy.IsZero() {
			due := handling.Time(body.DueBy)
			out.EvidenceDueBy = &due
		}
	case payment.FundsMoved:
		m := body.Movement
		out.Amount = api.Money{Amount: strings.TrimPrefix(m.Amount, "-"), Asset: m.Asset}
		if fee := strings.TrimPrefix(m.Fee, "-"); strings.Trim(fee, "0.") != "" {
			out.Fee = &api.Money{Amount: fee, Asset: m.Asset}
		}
	case payment.DisputeSettled:
		out.Amount = handling.Money(body.Amount)
	}
	return out, nil
}

// webhookPayout is how far a payout has come.
type webhookPayout struct {
	Provider      string          `json:"provider"`
	ProviderRef   string          `json:"provider_ref"`
	Amount        api.SignedMoney `json:"amount"`
	Status        string          `json:"status"`
	TransactionID string          `json:"transaction_id,omitempty"`
}

// PayoutAt shows how far a payout has come.
func (h *Handlers) PayoutAt(_ context.Context, e *journal.Event) (any, error) {
	body, ok := e.Body.(payment.PayoutMoved)
	if !ok {
		return nil, handling.NotShown(e)
	}
	return webhookPayout{
		Provider: body.Provider, ProviderRef: body.Payout, Amount: api.SignedMoney{Amount: body.Amount.Amount, Asset: body.Amount.Asset},
		Status: string(body.Stage), TransactionID: handling.TransactionID(e),
	}, nil
}
