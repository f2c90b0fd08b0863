package payment

import (
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/seal"
)

// Payment is a payment that was asked for, as it is shown.
type Payment struct {
	Created
	Progress
	// Handover is what the payer is given, sealed with the owner's key.
	Handover seal.Text
	// CreatedAt is when it was asked for.
	CreatedAt time.Time
	// Version is the position of the last event that changed it.
	Version int64
}

// Waits reports whether the payer may still pay.
func (p Payment) Waits() bool {
	switch p.Status {
	case StatusCreated, StatusRequiresAction, StatusFailed:
		return p.ProviderRef != ""
	}
	return false
}

// Show shows a payment as later events of its own left it: opened is the one that says that the provider waits for
// it, and last the last; either may be nil. All have been decoded. So an answer can be given again, word for word, from
// events alone.
//
// Errors: the events are of other types, or of two payments.
func Show(created, opened, last *journal.Event) (Payment, error) {
	body, ok := created.Body.(Created)
	if !ok {
		return Payment{}, fmt.Errorf("payment: event %d is a %s, want %s", created.Position, created.Type, TypeCreated)
	}
	p := Payment{Created: body, Progress: Progress{Risk: verdictOf(created, body.Assessment)}.judged(), CreatedAt: created.RecordedAt, Version: created.Position}
	for _, e := range []*journal.Event{opened, last} {
		if e == nil || e == created {
			continue
		}
		step, ok := StepOf(e)
		if !ok || step.PaymentID != body.PaymentID {
			return Payment{}, fmt.Errorf("payment: event %d is a %s and not of payment %s", e.Position, e.Type, body.PaymentID)
		}
		if o, is := e.Body.(Opened); is {
			p.Handover = o.Handover
		}
		p.Progress, p.Version = step.Progress, e.Position
	}
	return p, nil
}

// Zero is no money of p's asset, with the decimals of its amount.
func (p Payment) Zero() ledger.Money {
	amount := figure(p.Amount.Amount)
	return ledger.Money{Amount: journal.FormatAmount(amount.Sub(amount)), Asset: p.Amount.Asset}
}
