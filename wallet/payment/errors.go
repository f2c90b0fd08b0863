package payment

import (
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/risk"
)

// The refusals of payments that are asked for. Members named here are those of the problem. Wallets and the ledger
// add their own.
var (
	// ErrNotFound: there is no such payment, or it is somebody else's.
	ErrNotFound = journal.Refuse("payment-not-found", "There is no such payment.")
	// ErrWrongStatus: what is asked for is not done with a payment that stands where this one does. Members:
	// [OrderStanding].
	ErrWrongStatus = journal.Refuse("payment-wrong-status", "The payment is not in a state in which this can be done.")
	// ErrReviewNotFound: there is no such review.
	ErrReviewNotFound = journal.Refuse("review-not-found", "There is no such review.")
	// ErrReviewDecided: the review does not wait for a decision any more. Members: [Decided].
	ErrReviewDecided = journal.Refuse("review-decided", "The review has been decided.")
	// ErrRefundTooLarge: the payment has not as much left. Members: [RefundLeft].
	ErrRefundTooLarge = journal.Refuse("refund-too-large", "The payment has not as much left to give back.")
	// ErrSuspenseNotFound: there is no such item in suspense.
	ErrSuspenseNotFound = journal.Refuse("suspense-not-found", "There is no such item in suspense.")
	// ErrSuspenseEmpty: there is nothing left of it: it was assigned, given back or booked.
	ErrSuspenseEmpty = journal.Refuse("suspense-empty", "There is nothing left of the item in suspense.")
	// ErrStillHeld: the books cannot take it yet. Members: [StillHeld].
	ErrStillHeld = journal.Refuse("suspense-still-held", "The books cannot take what the provider says yet.")
)

// StillHeld is why the books cannot take something: the members of ErrStillHeld.
type StillHeld struct {
	Reason Reason `json:"held_reason"`
}

// RefundLeft is what of a payment can be given back: the members of ErrRefundTooLarge.
type RefundLeft struct {
	Remaining ledger.Money `json:"remaining"`
}

// refusals are all of them, for the registry.
func refusals() []*journal.Refusal {
	return []*journal.Refusal{
		ErrNotFound, ErrWrongStatus, ErrRefundTooLarge, ErrReviewNotFound, ErrReviewDecided, ErrSuspenseNotFound, ErrSuspenseEmpty, ErrStillHeld,
	}
}

// Decided is what became of a payment: the members of ErrReviewDecided.
type Decided struct {
	Decision risk.Decision `json:"decision"`
}

// OrderStanding is how a payment stands: the members of ErrWrongStatus. The member is not called status, which is
// the HTTP status in a problem (RFC 9457).
type OrderStanding struct {
	Status Status `json:"payment_status"`
}
