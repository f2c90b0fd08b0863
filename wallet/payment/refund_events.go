package payment

import (
	"fmt"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// The types of the events of refunds that were asked for here. Their shapes at schema 1 are frozen in
// testdata/events. They stand on the stream of their payment.
const (
	TypeRefundRequested = "refund-requested"
	TypeRefundSent      = "refund-sent"
	TypeRefundSettled   = "refund-settled"
	TypeRefundFailed    = "refund-failed"
)

// RefundStep is what all of them say: which refund it is, and how it stands now.
type RefundStep struct {
	RefundID  string       `json:"refund_id"`
	PaymentID string       `json:"payment_id"`
	Provider  string       `json:"provider"`
	Intent    string       `json:"intent"`
	WalletID  string       `json:"wallet_id"`
	Amount    ledger.Money `json:"amount"`
	RefundProgress
}

// RefundAsked says that money is to be given back by the provider. The postings are available to pending.
type RefundAsked struct {
	RefundStep
	Reason      string `json:"reason,omitempty"`
	RequestedBy string `json:"requested_by"`
}

// RefundOnItsWay says that the provider has the refund. It has no postings.
type RefundOnItsWay struct{ RefundStep }

// RefundDone says that the provider has given the money back. The postings are pending to clearing.
type RefundDone struct{ RefundStep }

// RefundUndone says that the provider has not, or has the money again. The postings are pending, or clearing, to
// available; to suspense where the wallet is closed by then.
type RefundUndone struct{ RefundStep }

// RefundStepOf returns what an event of a refund says, which has been decoded; ok is false for another event.
func RefundStepOf(e *journal.Event) (step RefundStep, ok bool) {
	switch b := e.Body.(type) {
	case RefundAsked:
		return b.RefundStep, true
	case RefundOnItsWay:
		return b.RefundStep, true
	case RefundDone:
		return b.RefundStep, true
	case RefundUndone:
		return b.RefundStep, true
	}
	return step, false
}

// RefundPlace returns the place that a refund's id names, of the event that asked for it. Errors: journal.ErrBadID.
func RefundPlace(id string) (journal.PlaceID, error) { return journal.ParsePlaceID(refundPrefix, id) }

// IsRefundType reports whether an event is about a refund that was asked for here.
func IsRefundType(eventType string) bool {
	switch eventType {
	case TypeRefundRequested, TypeRefundSent, TypeRefundSettled, TypeRefundFailed:
		return true
	}
	return false
}

// registerRefunds tells r what refunds decide, evolve and record.
func registerRefunds(r *journal.Registry) {
	journal.Decides(r, CommandRefund, decideRefund)
	journal.Decides(r, CommandRecordRefund, decideRecordRefund)

	journal.Records[RefundAsked](r, TypeRefundRequested, 1, nil)
	journal.Records[RefundOnItsWay](r, TypeRefundSent, 1, nil)
	journal.Records[RefundDone](r, TypeRefundSettled, 1, nil)
	journal.Records[RefundUndone](r, TypeRefundFailed, 1, nil)

	journal.Holds(r, refunds())

	r.Evolves(func(s *journal.Scope, e *journal.Event) {
		if !IsRefundType(e.Type) {
			return
		}
		if err := s.Registry().Decode(e); err != nil {
			// State that passed over a fact would be wrong for ever.
			panic(fmt.Sprintf("payment: evolve: %v", err))
		}
		step, _ := RefundStepOf(e)
		evolveRefund(s, step)
		if asked, ok := e.Body.(RefundAsked); ok && asked.RequestedBy == riskActor {
			noteReturned(s, step)
		}
	})
}

// ShownRefund is a refund as it is shown.
type ShownRefund struct {
	RefundAsked
	Asked, Last *journal.Event
}

// ShowRefund shows a refund as the last event of its own left it, which may be the one that asked for it. Both have
// been decoded. Errors: the events are of other types, or of two refunds.
func ShowRefund(asked, last *journal.Event) (ShownRefund, error) {
	body, ok := asked.Body.(RefundAsked)
	step, ok2 := RefundStepOf(last)
	if !ok || !ok2 || step.RefundID != body.RefundID {
		return ShownRefund{}, fmt.Errorf("payment: events %d (%s) and %d (%s) are not of one refund", asked.Position, asked.Type, last.Position, last.Type)
	}
	body.RefundStep = step
	return ShownRefund{RefundAsked: body, Asked: asked, Last: last}, nil
}
