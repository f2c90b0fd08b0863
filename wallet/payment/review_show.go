package payment

import (
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/risk"
)

// ReviewStatus says how a review stands.
type ReviewStatus string

// The states of a review.
const (
	// ReviewOpen: it waits for finance.
	ReviewOpen ReviewStatus = "open"
	// ReviewAllowed and ReviewRefused: it was decided.
	ReviewAllowed ReviewStatus = "allowed"
	ReviewRefused ReviewStatus = "refused"
)

// ShownReview is a review as it is shown.
type ShownReview struct {
	ID, PaymentID, WalletID, Owner string
	Amount                         ledger.Money
	Status                         ReviewStatus
	// Judgment is what rules said, and Facts what they said it of; nil where it was opened because money could not be given
	// back, for which Why is the reason.
	risk.Judgment
	Facts *risk.Facts
	Why   string
	// OpenedAt is when it was opened, and DecidedAt when and DecidedBy by whom it was decided, with Note for why. Nobody's
	// name stands where rules decided, because of another card.
	OpenedAt, DecidedAt time.Time
	DecidedBy, Note     string
}

// ShowReview shows a review. created is the event of its payment; opened the one that opened the review, which may be the
// same; decided the one that ended it, or nil. All have been decoded.
//
// Errors: the events are of other types, or of two payments.
func ShowReview(created, opened, decided *journal.Event) (ShownReview, error) {
	of, ok := created.Body.(Created)
	if id, same := IDOf(opened); !ok || !same || id != of.PaymentID {
		return ShownReview{}, fmt.Errorf("payment: events %d and %d are not of one review", created.Position, opened.Position)
	}
	r := ShownReview{
		ID: opened.ID().Format(reviewPrefix), PaymentID: of.PaymentID, WalletID: of.WalletID, Owner: of.Owner, Amount: of.Amount,
		Status: ReviewOpen, OpenedAt: opened.RecordedAt,
	}
	switch b := opened.Body.(type) {
	case Created:
		r.Judgment, r.Facts = b.Assessment.Judgment, &b.Assessment.Facts
	case Judged:
		r.Judgment, r.Facts = b.Judgment, &b.Facts
	case ReviewOpened:
		r.Judgment, r.Why = b.Risk.Judgment, b.Why
	default:
		return ShownReview{}, fmt.Errorf("payment: event %d, a %s, opens no review", opened.Position, opened.Type)
	}
	if decided == nil {
		return r, nil
	}
	step, ok := StepOf(decided)
	if !ok || step.PaymentID != of.PaymentID || step.Risk == nil {
		return ShownReview{}, fmt.Errorf("payment: event %d, a %s, decides no review of payment %s", decided.Position, decided.Type, of.PaymentID)
	}
	r.Status, r.DecidedAt, r.DecidedBy = reviewStatusOf(step.Risk.Decision), decided.RecordedAt, step.Risk.DecidedBy
	if b, ok := decided.Body.(Reviewed); ok {
		r.Note = b.Reason
	}
	return r, nil
}

func reviewStatusOf(d risk.Decision) ReviewStatus {
	if d == risk.Allow {
		return ReviewAllowed
	}
	return ReviewRefused
}

// ReviewIn is what an event changes about reviews of its payment: opens says that it opens one, and others of the payment
// that are open have ended with a status. ok is false for an event that changes nothing.
func ReviewIn(e *journal.Event) (opens bool, ended ReviewStatus, ok bool) {
	if b, is := e.Body.(Created); is {
		opens = b.Assessment != nil && b.Assessment.Decision == risk.Review
		return opens, ReviewRefused, opens
	}
	step, is := reviewStep(e)
	if !is || step.Risk == nil {
		return false, "", false
	}
	opens = step.Risk.Review == e.ID().Format(reviewPrefix)
	return opens, reviewStatusOf(step.Risk.Decision), opens || step.Risk.Review == ""
}
