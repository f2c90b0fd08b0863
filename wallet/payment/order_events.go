package payment

import (
	"encoding/json"
	"fmt"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/wallet/risk"
)

// The types of the events of payments that were asked for. Their shapes are frozen in testdata/events.
// They stand on a stream of their own, payment/pay_…, and move nothing: money is booked as it is told of.
const (
	TypeCreated         = "payment-created"
	TypeOpened          = "payment-opened"
	TypeNotOpened       = "payment-not-opened"
	TypeCancelRequested = "payment-cancel-requested"
	TypeCanceled        = "payment-canceled"
	TypeNotCanceled     = "payment-not-canceled"
	TypeProgressed      = "payment-progressed"
)

// Created says that somebody wants to pay money into a wallet, by a provider that is asked next.
type Created struct {
	PaymentID string       `json:"payment_id"`
	Provider  string       `json:"provider"`
	WalletID  string       `json:"wallet_id"`
	Owner     string       `json:"owner"`
	Amount    ledger.Money `json:"amount"`
	Method    Method       `json:"method"`
	// SuccessURL and CancelURL are where the payer's browser goes from the provider's page.
	SuccessURL  string            `json:"success_url,omitempty"`
	CancelURL   string            `json:"cancel_url,omitempty"`
	Description string            `json:"description,omitempty"`
	CreatedBy   string            `json:"created_by"`
	Metadata    map[string]string `json:"metadata,omitempty"`
	// Assessment is what rules said of it, and what was known of it then; nil in events before schema 2.
	Assessment *risk.Assessment `json:"assessment,omitempty"`
}

// FirstStatus is how the payment stands before anything else happens to it.
func (c Created) FirstStatus() Status {
	switch {
	case c.goesOn():
		return StatusCreated
	case c.Assessment.Decision == risk.Review:
		return StatusReview
	}
	return StatusRefused
}

// goesOn reports whether the provider is asked as soon as the payment is asked for.
func (c Created) goesOn() bool { return c.Assessment == nil || c.Assessment.Decision == risk.Allow }

// Step is what the events after the first say: which payment it is, and how it stands now. They carry all of that,
// so that each, with the first, says all there is to know of it.
type Step struct {
	PaymentID string `json:"payment_id"`
	Provider  string `json:"provider"`
	WalletID  string `json:"wallet_id"`
	Progress
}

// Opened says that the provider waits for the payer.
type Opened struct {
	Step
	// Handover is what the payer is given, sealed with the key of the wallet's owner; empty when that is erased.
	Handover seal.Text `json:"handover,omitempty"`
}

// NotOpened says that the provider would not take the payment.
type NotOpened struct{ Step }

// CancelRequested says that the provider is to be asked to call the payment off.
type CancelRequested struct {
	Step
	RequestedBy string `json:"requested_by"`
}

// Canceled says that the provider has called the payment off, as it was asked.
type Canceled struct{ Step }

// NotCanceled says that the provider would not call the payment off.
type NotCanceled struct {
	Step
	// Why is the provider's word.
	Why Failure `json:"why"`
}

// Progressed says that a payment stands otherwise than before, because of a message of the provider's.
type Progressed struct {
	Step
	Source
}

// StepOf returns what an event after the first says, which has been decoded; ok is false for another event.
func StepOf(e *journal.Event) (step Step, ok bool) {
	switch b := e.Body.(type) {
	case Opened:
		return b.Step, true
	case NotOpened:
		return b.Step, true
	case CancelRequested:
		return b.Step, true
	case Canceled:
		return b.Step, true
	case NotCanceled:
		return b.Step, true
	case Progressed:
		return b.Step, true
	}
	return reviewStep(e)
}

// IDOf returns which payment that was asked for an event is of, which has been decoded; ok is false for another
// event.
func IDOf(e *journal.Event) (id string, ok bool) {
	if body, created := e.Body.(Created); created {
		return body.PaymentID, true
	}
	step, ok := StepOf(e)
	return step.PaymentID, ok
}

// Place returns the place that a payment's id names, of the event that created it. Errors: journal.ErrBadID.
func Place(id string) (journal.PlaceID, error) { return journal.ParsePlaceID(prefix, id) }

// registerOrders tells r what payments that are asked for decide, evolve, record and refuse.
func registerOrders(r *journal.Registry, engine *risk.Engine) {
	journal.Decides(r, CommandCreate, func(s *journal.Scope, c Create) error { return decideCreate(s, engine, c) })
	journal.Decides(r, CommandRecordOpened, decideRecordOpened)
	journal.Decides(r, CommandCancel, decideCancel)
	journal.Decides(r, CommandRecordCanceled, decideRecordCanceled)

	journal.Records[Created](r, TypeCreated, createdSchema, map[int]func(json.RawMessage) (json.RawMessage, error){1: asItIs})
	steps := map[int]func(json.RawMessage) (json.RawMessage, error){1: asItIs}
	journal.Records[Opened](r, TypeOpened, stepSchema, steps)
	journal.Records[NotOpened](r, TypeNotOpened, stepSchema, steps)
	journal.Records[CancelRequested](r, TypeCancelRequested, stepSchema, steps)
	journal.Records[Canceled](r, TypeCanceled, stepSchema, steps)
	journal.Records[NotCanceled](r, TypeNotCanceled, stepSchema, steps)
	journal.Records[Progressed](r, TypeProgressed, stepSchema, steps)

	journal.Holds(r, orders())
	journal.Holds(r, reviews())

	registerReviews(r)
	r.Evolves(evolveOrder)
	r.Refuses(refusals()...)
}

const (
	// stepSchema is that of the events that say how a payment stands. Since schema 2 they tell its fee, and what was said
	// of its risk.
	stepSchema = 2
	// createdSchema is that of the event that creates one. Since schema 2 it tells what rules of risk said.
	createdSchema = 2
)

// asItIs reads an event of before there was what a later schema tells besides.
func asItIs(data json.RawMessage) (json.RawMessage, error) { return data, nil }

// IsOrderType reports whether an event is about a payment that was asked for.
func IsOrderType(eventType string) bool {
	switch eventType {
	case TypeCreated, TypeOpened, TypeNotOpened, TypeCancelRequested, TypeCanceled, TypeNotCanceled, TypeProgressed:
		return true
	}
	return isReviewType(eventType)
}

// evolveOrder keeps how each payment that was asked for stands, and by what the provider knows it.
func evolveOrder(s *journal.Scope, e *journal.Event) {
	if !IsOrderType(e.Type) {
		return
	}
	if err := s.Registry().Decode(e); err != nil {
		// State that passed over a fact would be wrong for ever.
		panic(fmt.Sprintf("payment: evolve: %v", err))
	}
	if body, ok := e.Body.(Created); ok {
		o := order{
			Provider: body.Provider, Wallet: body.WalletID, Owner: body.Owner, Amount: body.Amount,
			Progress: Progress{Risk: verdictOf(e, body.Assessment)}.judged(), Version: e.Position,
		}
		orders().Put(s, body.PaymentID, o)
		count := countedOf(Progress{}, o.Progress)
		count.Asked = o.Amount
		risk.Counted(s, e, o.party(), count)
		noteReview(s, body.PaymentID, Progress{}, o.Progress)
		return
	}
	step, _ := StepOf(e)
	o, _ := orders().Get(s, step.PaymentID)
	if body, ok := e.Body.(Judged); ok {
		o.Card = body.Facts.Card.ID
		count := countedOf(Progress{}, o.Progress)
		count.Asked = o.Amount
		risk.CardSeen(s, e, o.party(), count)
	}
	if count := countedOf(o.Progress, step.Progress); count != (risk.Count{}) {
		risk.Counted(s, e, o.party(), count)
	}
	noteReview(s, step.PaymentID, o.Progress, step.Progress)
	if step.Intent != "" && step.Intent != o.Intent {
		p := find(s, step.Provider, step.Intent)
		p.Order = step.PaymentID
		payments().Put(s, key(step.Provider, step.Intent), p)
	}
	o.Progress, o.Version = step.Progress, e.Position
	orders().Put(s, step.PaymentID, o)
}
