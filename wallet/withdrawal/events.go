package withdrawal

import (
	"fmt"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/wallet"
)

// The types of the events of withdrawals. Their shapes at schema 1 are frozen in testdata/events. They stand on the
// stream of their wallet.
const (
	TypeRequested = "withdrawal-requested"
	TypeApproved  = "withdrawal-approved"
	TypeSent      = "withdrawal-sent"
	TypeSettled   = "withdrawal-settled"
	TypeFailed    = "withdrawal-failed"
	TypeCanceled  = "withdrawal-canceled"
)

// Requested says that money is on its way out. The postings are available to pending.
type Requested struct {
	WithdrawalID string       `json:"withdrawal_id"`
	WalletID     string       `json:"wallet_id"`
	Amount       ledger.Money `json:"amount"`
	// Owner is the wallet's, with whose key Destination is sealed.
	Owner           string            `json:"owner"`
	DestinationType Type              `json:"destination_type"`
	Destination     seal.Text         `json:"destination"`
	RequestedBy     string            `json:"requested_by"`
	Description     string            `json:"description,omitempty"`
	Reference       string            `json:"reference,omitempty"`
	Metadata        map[string]string `json:"metadata,omitempty"`
}

// TransactionReference implements [ledger.Referenced].
func (r Requested) TransactionReference() string { return r.Reference }

// Step is what the events after the first say: which withdrawal it is, and how it stands now. They carry all of
// that, so that each, with the first, says all there is to know of it.
type Step struct {
	WithdrawalID string       `json:"withdrawal_id"`
	WalletID     string       `json:"wallet_id"`
	Amount       ledger.Money `json:"amount"`
	Progress
}

// Approved says that the money may go. It has no postings.
type Approved struct{ Step }

// Sent says that the bank is given the order. It has no postings.
type Sent struct{ Step }

// Settled says that the bank has paid. The postings are pending to the bank.
type Settled struct{ Step }

// Failed says that the bank has not paid, or that what it paid came back. The postings are pending to available,
// or the bank to available; to [Suspense] where the wallet is closed by then.
type Failed struct{ Step }

// Canceled says that the withdrawal was called back before it was sent. The postings are pending to available.
type Canceled struct {
	Step
	// ByOwner is set when the owner did, who need not be told.
	ByOwner bool `json:"by_owner,omitempty"`
}

// StepOf returns what an event after the first says, which has been decoded; ok is false for another event.
func StepOf(e *journal.Event) (step Step, ok bool) {
	switch b := e.Body.(type) {
	case Approved:
		return b.Step, true
	case Sent:
		return b.Step, true
	case Settled:
		return b.Step, true
	case Failed:
		return b.Step, true
	case Canceled:
		return b.Step, true
	}
	return step, false
}

// IDOf returns which withdrawal an event is of, which has been decoded; ok is false for another event.
func IDOf(e *journal.Event) (id string, ok bool) {
	if body, requested := e.Body.(Requested); requested {
		return body.WithdrawalID, true
	}
	step, ok := StepOf(e)
	return step.WithdrawalID, ok
}

// Place returns the place that a withdrawal's id names, of the event that requested it. Errors: journal.ErrBadID.
func Place(id string) (journal.PlaceID, error) { return journal.ParsePlaceID(prefix, id) }

// Register tells r what withdrawals decide, evolve, record and refuse. It needs the registrations of ledger and
// wallet beside it.
func Register(r *journal.Registry) {
	journal.Decides(r, CommandRequest, decideRequest)
	journal.Decides(r, CommandCancel, decideCancel)
	journal.Decides(r, CommandApprove, decideApprove)
	journal.Decides(r, CommandSend, decideSend)
	journal.Decides(r, CommandSettle, decideSettle)
	journal.Decides(r, CommandFail, decideFail)

	journal.Records[Requested](r, TypeRequested, 1, nil)
	journal.Records[Approved](r, TypeApproved, 1, nil)
	journal.Records[Sent](r, TypeSent, 1, nil)
	journal.Records[Settled](r, TypeSettled, 1, nil)
	journal.Records[Failed](r, TypeFailed, 1, nil)
	journal.Records[Canceled](r, TypeCanceled, 1, nil)

	journal.Holds(r, withdrawals())

	r.Evolves(evolve)
	r.Refuses(refusals()...)
}

// IsType reports whether an event is one of this package.
func IsType(eventType string) bool {
	switch eventType {
	case TypeRequested, TypeApproved, TypeSent, TypeSettled, TypeFailed, TypeCanceled:
		return true
	}
	return false
}

// evolve keeps what the writer must know of withdrawals, and counts them against the limits of their wallets.
func evolve(s *journal.Scope, e *journal.Event) {
	if !IsType(e.Type) {
		return
	}
	if err := s.Registry().Decode(e); err != nil {
		// State that passed over a fact would be wrong for ever.
		panic(fmt.Sprintf("withdrawal: evolve: %v", err))
	}
	if body, ok := e.Body.(Requested); ok {
		withdrawals().Put(s, body.WithdrawalID, state{
			Wallet: body.WalletID, Owner: body.Owner, Amount: body.Amount, RequestedBy: body.RequestedBy, RequestedAt: e.RecordedAt,
			Progress: Progress{Status: StatusRequested}, Version: e.Position,
		})
		wallet.CountSpentFor(s, e, body.WithdrawalID, body.WalletID, body.Amount)
		return
	}
	step, _ := StepOf(e)
	w, _ := withdrawals().Get(s, step.WithdrawalID)
	w.Progress, w.Version = step.Progress, e.Position
	withdrawals().Put(s, step.WithdrawalID, w)
	if step.Status == StatusFailed || step.Status == StatusCanceled {
		wallet.GiveBackSpent(s, e, step.WithdrawalID, step.WalletID, step.Amount)
	}
}
