package payment

import (
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/risk"
)

// The types of the events of what is risky about payments. Their shapes at schema 1 are frozen in testdata/events. They
// stand on the stream of their payment.
const (
	TypeJudged       = "payment-judged"
	TypeReviewOpened = "payment-review-opened"
	TypeReviewed     = "payment-reviewed"
	TypeHeldBack     = "payment-held-back"
	TypeLetGo        = "payment-let-go"
)

const reviewPrefix = "rev"

// Verdict is what was said of a payment last, by rules or by finance.
type Verdict struct {
	risk.Judgment
	// Review is the id of the review that waits for finance; empty for none.
	Review string `json:"review,omitempty"`
	// DecidedBy is who of finance has decided; empty while rules have.
	DecidedBy string `json:"decided_by,omitempty"`
	// Held is what of the payment is set aside until it is decided, and Returned what was asked to be given back because it
	// is refused; in its asset, and empty for nothing.
	Held     string `json:"held,omitempty"`
	Returned string `json:"returned,omitempty"`
}

// Judged says that the card of a payment was seen, and what rules say of it.
type Judged struct {
	Step
	risk.Assessment
	Source
}

// ReviewOpened says that somebody has to look at a payment that rules refuse, because its money cannot be given back.
type ReviewOpened struct {
	Step
	// Why is the refusal of the refund.
	Why string `json:"why"`
}

// Reviewed says what finance has decided of a payment.
type Reviewed struct {
	Step
	ReviewID  string        `json:"review_id"`
	Decision  risk.Decision `json:"decision"`
	Reason    string        `json:"reason"`
	DecidedBy string        `json:"decided_by"`
}

// HeldBack says that money of a payment is set aside until somebody has decided. The postings are available to pending.
type HeldBack struct {
	Step
	Amount ledger.Money `json:"amount"`
}

// LetGo says that money that was set aside is the wallet's again. The postings are pending to available.
type LetGo struct {
	Step
	Amount ledger.Money `json:"amount"`
}

// ReviewPlace returns the place that a review's id names, of the event that opened it. Errors: journal.ErrBadID.
func ReviewPlace(id string) (journal.PlaceID, error) { return journal.ParsePlaceID(reviewPrefix, id) }

// reviewStep returns what an event of this file says; ok is false for another event.
func reviewStep(e *journal.Event) (step Step, ok bool) {
	switch b := e.Body.(type) {
	case Judged:
		return b.Step, true
	case ReviewOpened:
		return b.Step, true
	case Reviewed:
		return b.Step, true
	case HeldBack:
		return b.Step, true
	case LetGo:
		return b.Step, true
	}
	return step, false
}

// isReviewType reports whether an event is one of this file.
func isReviewType(eventType string) bool {
	switch eventType {
	case TypeJudged, TypeReviewOpened, TypeReviewed, TypeHeldBack, TypeLetGo:
		return true
	}
	return false
}

// registerReviews tells r what reviews decide and record.
func registerReviews(r *journal.Registry) {
	journal.Decides(r, CommandReview, decideReview)

	journal.Records[Judged](r, TypeJudged, 1, nil)
	journal.Records[ReviewOpened](r, TypeReviewOpened, 1, nil)
	journal.Records[Reviewed](r, TypeReviewed, 1, nil)
	journal.Records[HeldBack](r, TypeHeldBack, 1, nil)
	journal.Records[LetGo](r, TypeLetGo, 1, nil)
}

// verdictOf is the verdict of a payment as an event created it; nil where nothing is said against it.
func verdictOf(e *journal.Event, a *risk.Assessment) *Verdict {
	switch {
	case a == nil || a.Decision == risk.Allow && len(a.Reasons) == 0:
		return nil
	case a.Decision == risk.Review:
		return &Verdict{Judgment: a.Judgment, Review: e.ID().Format(reviewPrefix)}
	}
	return &Verdict{Judgment: a.Judgment}
}

// countedOf is what an event says of a payment, to be counted.
func countedOf(before, after Progress) risk.Count {
	return risk.Count{
		Failed:   after.Told == StatusFailed && (before.Told != StatusFailed || !before.ToldAt.Equal(after.ToldAt)),
		Refused:  after.Refused() && !before.Refused(),
		Paid:     figureOr(after.Received).IsPositive() && !figureOr(before.Received).IsPositive(),
		Disputed: figureOr(after.Disputed).IsPositive() && !figureOr(before.Disputed).IsPositive(),
	}
}

// Refused reports whether rules or finance refuse a payment.
func (p Progress) Refused() bool { return p.Risk != nil && p.Risk.Decision == risk.Refuse }

// InReview reports whether a payment waits for finance.
func (p Progress) InReview() bool { return p.Risk != nil && p.Risk.Review != "" }

// party is who a payment is counted for.
func (o order) party() risk.Party { return risk.Party{Owner: o.Owner, Wallet: o.Wallet, Card: o.Card} }

// noteReview keeps of which payment a review is that was opened.
func noteReview(s *journal.Scope, paymentID string, before, after Progress) {
	if after.InReview() && (!before.InReview() || before.Risk.Review != after.Risk.Review) {
		reviews().Put(s, after.Risk.Review, paymentID)
	}
}

// noteReturned notes what is given back because it is refused, so that it is asked for once.
func noteReturned(s *journal.Scope, step RefundStep) {
	o, _ := orders().Get(s, step.PaymentID)
	o.decide(func(v *Verdict) {
		v.Returned = journal.FormatAmount(figureOr(v.Returned).Add(figure(step.Amount.Amount)))
	})
	orders().Put(s, step.PaymentID, o)
}
