package payment

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// CommandRecordBilling is the type of the command whose data is a [Fact] about a subscription, one of its invoices, or a
// payment of an invoice. Memberships decide it.
const CommandRecordBilling = "record-billing-fact"

// Billed is the kind of a fact that is about a subscription or an invoice; Billing says which.
const Billed Kind = "billed"

// Reasons why a fact about billing moves nothing, or why its money waits.
const (
	// MembershipUnnamed: no message has named a membership yet.
	MembershipUnnamed Reason = "membership-unnamed"
	// MembershipUnknown: the message names a membership, a plan or a member that is not there.
	MembershipUnknown Reason = "membership-unknown"
)

// BillingFact is what a message says of a subscription: how it stands, how one of its invoices stands, or that the page
// on which it was to be bought is closed.
type BillingFact struct {
	// Membership is our id of the membership, as the message names it: it may be anything.
	Membership string `json:"membership,omitempty"`
	// Member is the person, where the provider begins memberships by itself.
	Member string `json:"member,omitempty"`
	// Subscription is the provider's id; empty for an invoice of none.
	Subscription string            `json:"subscription,omitempty"`
	Standing     *SubscriptionFact `json:"standing,omitempty"`
	Invoice      *InvoiceFact      `json:"invoice,omitempty"`
	Closed       bool              `json:"closed,omitempty"`
}

// SubscriptionStatus says what a subscription is good for, in our words.
type SubscriptionStatus string

// The states of a subscription.
const (
	// SubscriptionWaiting: its first invoice is not paid.
	SubscriptionWaiting SubscriptionStatus = "waiting"
	// SubscriptionActive: it is paid, or on trial.
	SubscriptionActive SubscriptionStatus = "active"
	// SubscriptionOverdue: an invoice could not be paid, and is tried again.
	SubscriptionOverdue SubscriptionStatus = "overdue"
	// SubscriptionUnpaid: no invoice is tried any more.
	SubscriptionUnpaid SubscriptionStatus = "unpaid"
	// SubscriptionCanceled: somebody ended it.
	SubscriptionCanceled SubscriptionStatus = "canceled"
)

// Rank orders what is told in one second by how far on it is; 0 for what is no state.
func (s SubscriptionStatus) Rank() int {
	switch s {
	case SubscriptionWaiting:
		return 1
	case SubscriptionActive:
		return 2
	case SubscriptionOverdue:
		return 3
	case SubscriptionUnpaid:
		return 4
	case SubscriptionCanceled:
		return 5
	}
	return 0
}

// Over reports whether it has ended.
func (s SubscriptionStatus) Over() bool { return s == SubscriptionUnpaid || s == SubscriptionCanceled }

// SubscriptionFact is how a subscription stands by now.
type SubscriptionFact struct {
	Status SubscriptionStatus `json:"status"`
	// AtEnd says that it is not renewed when its period is over.
	AtEnd bool `json:"at_end,omitempty"`
	// EndedAt is when it ended; zero while it has not.
	EndedAt time.Time `json:"ended_at,omitzero"`
}

// InvoiceFact is how an invoice stands by now.
type InvoiceFact struct {
	// ID is the provider's. CreatedAt is when it was made, by its clock: of two the later is for the later plan or period.
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	// Payment is the provider's id of what paid it; empty where the message does not say, or nothing moved.
	Payment string `json:"payment,omitempty"`
	// Paid is what came in for it, in all; it may be nothing, as for a trial or for what a credit covers.
	Paid ledger.Money `json:"paid"`
	// Settled says that nothing of it is owed any more. If not, a try to be paid has failed; NextTry is the next one, or
	// zero, and Failure why.
	Settled bool      `json:"settled"`
	NextTry time.Time `json:"next_try,omitzero"`
	Failure Failure   `json:"failure,omitzero"`
	// Term is what it is for, of which it may have nothing.
	Term Term `json:"term,omitzero"`
}

// Term is time of a plan.
type Term struct {
	// Price is what the provider calls the plan's price, or Plan is the plan's code.
	Price string    `json:"price,omitempty"`
	Plan  string    `json:"plan,omitempty"`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// WellFormed reports whether a fact that memberships decide can be looked up, as wellFormed does of the others.
func (f Fact) WellFormed() bool {
	b := f.Billing
	if f.Kind != Billed {
		return f.wellFormed() && validID(f.Invoice)
	}
	if !validID(f.Provider) || !validID(f.EventID) || b == nil {
		return false
	}
	ok := optionalID(b.Subscription) && (b.Standing != nil || b.Invoice != nil || b.Closed) // the others may be anything
	if b.Standing != nil {
		ok = ok && b.Subscription != "" && b.Standing.Status.Rank() > 0
	}
	return ok && (b.Invoice == nil || b.Invoice.wellFormed())
}

func (i *InvoiceFact) wellFormed() bool {
	term := i.Term == Term{} || i.Term.End.After(i.Term.Start) && i.Term.End.Sub(i.Term.Start) <= MaxTerm
	return term && validID(i.ID) && optionalID(i.Payment) && optionalID(i.Term.Price) && optionalID(i.Term.Plan) &&
		ledger.CheckAssetCode(i.Paid.Asset) == nil && i.Paid.Amount != "" && validSum(i.Paid.Amount)
}

func optionalID(id string) bool { return id == "" || validID(id) }

// When is when what a fact tells of took effect: when it happened, unless a clock is off.
func (f Fact) When(now time.Time) time.Time { return effective(f.OccurredAt, now) }

// Source is the message that f was made from.
func (f Fact) Source() Source { return f.source() }

// Exact returns an amount at its asset's scale. Refusals: the ledger's ErrUnknownAsset, ErrAmountScale.
func Exact(s *journal.Scope, m ledger.Money) (decimal.Decimal, error) { return exact(s, m) }

// BookedOf returns how much of a payment is booked as received and as given back, and the wallet that has it: empty
// while it waits in suspense.
func BookedOf(s *journal.Scope, provider, id string) (received, refunded decimal.Decimal, walletID string) {
	p := find(s, provider, id)
	return figureOr(p.Received), figureOr(p.Refunded), p.Wallet
}

// NoteInvoiced notes, in an evolver, that a payment is an invoice's, and what was booked of it as received and as given
// back, at the asset's scale.
func NoteInvoiced(s *journal.Scope, provider, id, invoice, asset string, received, refunded decimal.Decimal) {
	p := find(s, provider, id).in(ledger.Money{Amount: journal.FormatAmount(received), Asset: asset})
	p.Invoice = invoice
	p.Received = journal.FormatAmount(figure(p.Received).Add(received))
	p.Refunded = journal.FormatAmount(figure(p.Refunded).Add(refunded))
	if refunded.IsPositive() {
		p.Outside = journal.FormatAmount(figureOr(p.Outside).Add(refunded))
	}
	payments().Put(s, key(provider, id), p)
}

// AnswerTo returns the command that tells what a provider answered to an event. It is one command, however often the
// provider was asked, and [AnswerID] is its id.
func AnswerTo(e *journal.Event, commandType string, body any) (journal.Command, error) {
	return answerTo(e, commandType, body)
}

// Suspend books a message about a payment of an invoice that nobody has heard of: its money waits in suspense, and is
// found there by the invoice.
func Suspend(s *journal.Scope, f Fact) (Result, error) {
	f.Invoiced, f.Invoice, f.Wallet, f.Order = false, "", "", ""
	return weighPayment(s, f)
}

// SettleHeld holds a message of billing that could not be booked, as its result says; what was held about the same thing
// is booked with one that could.
func SettleHeld(s *journal.Scope, weigh Weigh, f Fact, result Result) error {
	return settleHeld(s, weigh, f, result)
}

// DecideBookHeld decides a [BookHeld] of what weigh books.
func DecideBookHeld(s *journal.Scope, weigh Weigh, c BookHeld) error {
	return decideBookHeld(s, weigh, c)
}
