package payment

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// Method says how somebody pays.
type Method string

// The methods.
const (
	// Checkout: on a page of the provider's.
	Checkout Method = "checkout"
	// Intent: on a page of the caller's, with the provider's own elements.
	Intent Method = "payment_intent"
)

// Status says how a payment that was asked for stands. Those up to StatusCanceled are also what a provider tells;
// the rest is worked out from what is booked.
type Status string

// The states of a payment.
const (
	// StatusCreated: nobody has paid yet.
	StatusCreated Status = "created"
	// StatusProcessing: it is paid, and the money is under way.
	StatusProcessing Status = "processing"
	// StatusRequiresAction: the payer has to do something more.
	StatusRequiresAction Status = "requires_action"
	// StatusFailed: the provider did not take it, or a try to pay failed; another try may succeed.
	StatusFailed Status = "failed"
	// StatusCanceled: it was called off, or ran out, and is paid no more.
	StatusCanceled Status = "canceled"
	// StatusSucceeded: money came in.
	StatusSucceeded Status = "succeeded"
	// StatusPartiallyRefunded: some of it was given back.
	StatusPartiallyRefunded Status = "partially_refunded"
	// StatusRefunded: all of it was given back.
	StatusRefunded Status = "refunded"
	// StatusReview: finance looks at it before the provider hears of it.
	StatusReview Status = "review"
	// StatusRefused: rules or finance refused it, and the provider never hears of it.
	StatusRefused Status = "refused"
	// StatusDisputed: the payer wants it back, or got it back, by a dispute.
	StatusDisputed Status = "disputed"
)

// rank orders what is told in one second by how far on it is; 0 for what no provider tells.
func (s Status) rank() int {
	switch s {
	case StatusCreated:
		return 1
	case StatusRequiresAction:
		return 2
	case StatusProcessing:
		return 3
	case StatusFailed:
		return 4
	case StatusCanceled, StatusSucceeded:
		return 5
	}
	return 0
}

const prefix = "pay"

// Failure is why a provider did not do what it was asked for. As an error it is the provider's last word.
type Failure struct {
	// Code is the provider's, such as card_declined; ours where there is no word of the provider's.
	Code string `json:"code"`
	// Message is for people.
	Message string `json:"message,omitempty"`
}

// FailureLate is the code of a payment that failed after its payer had gone: it was under way.
const FailureLate = "async_payment_failed"

// Error implements error.
func (f Failure) Error() string { return "the provider would not: " + f.Code }

// Progress is how a payment that was asked for stands. Its sums are in its asset, at the asset's scale, and empty
// for nothing.
type Progress struct {
	Status Status `json:"status"`
	// Told is what the provider said last of how far it is, and ToldAt when, by its clock.
	Told   Status    `json:"told,omitempty"`
	ToldAt time.Time `json:"told_at,omitzero"`
	// ProviderRef is the provider's id of what it was asked to open; Intent that of the payment in it, which comes
	// into being later where the payer is sent to a page.
	ProviderRef string `json:"provider_ref,omitempty"`
	Intent      string `json:"intent,omitempty"`
	Received    string `json:"received,omitempty"`
	Refunded    string `json:"refunded,omitempty"`
	// Disputed is what disputes have taken, and have not given back.
	Disputed string `json:"disputed,omitempty"`
	// Fee is what the provider has taken for it so far, in the asset in which the provider settles.
	Fee ledger.Money `json:"fee,omitzero"`
	// Failure is why it, or the last try, failed.
	Failure Failure `json:"failure,omitzero"`
	// Risk is what was said of it last; nil where nothing was said against it.
	Risk *Verdict `json:"risk,omitempty"`
}

// tell takes what a provider says, if it is newer than what is known.
func (p *Progress) tell(told Status, at time.Time, why Failure) {
	older := at.Before(p.ToldAt) || at.Equal(p.ToldAt) && told.rank() <= p.Told.rank()
	if told.rank() == 0 || p.Told != "" && older {
		return
	}
	p.Told, p.ToldAt, p.Failure = told, at, Failure{}
	if told == StatusFailed {
		p.Failure = why
	}
}

// judged returns p with the status that follows from the rest: money that came in weighs more than words.
func (p Progress) judged() Progress {
	received, refunded := figureOr(p.Received), figureOr(p.Refunded)
	switch {
	case figureOr(p.Disputed).IsPositive():
		p.Status = StatusDisputed
	case refunded.IsPositive() && refunded.GreaterThanOrEqual(received):
		p.Status = StatusRefunded
	case refunded.IsPositive():
		p.Status = StatusPartiallyRefunded
	case received.IsPositive():
		p.Status = StatusSucceeded
	case p.Told == StatusSucceeded: // and the message about the money is still to come
		p.Status = StatusProcessing
	case p.Told != "":
		p.Status = p.Told
	case p.Refused():
		p.Status = StatusRefused
	case p.InReview():
		p.Status = StatusReview
	default:
		p.Status = StatusCreated
	}
	return p
}

// order is what the writer knows of a payment that was asked for.
type order struct {
	Provider string       `json:"provider"`
	Wallet   string       `json:"wallet"`
	Owner    string       `json:"owner"`
	Amount   ledger.Money `json:"amount"`
	// Card is the one that was seen last; empty for none.
	Card string `json:"card,omitempty"`
	Progress
	// Version is the position of the last event that changed it.
	Version int64 `json:"version"`
}

func orders() journal.Kind[order] { return journal.NewKind[order]("payment-order") }

// findOrder returns a payment that was asked for. id may be any text.
func findOrder(s *journal.Scope, id string) (order, bool) {
	if _, err := Place(id); err != nil {
		return order{}, false
	}
	return orders().Get(s, id)
}

// disputedOf is what disputes of a payment have taken and not given back, in the payment's asset.
func disputedOf(s *journal.Scope, provider string, p payment) (sum decimal.Decimal) {
	for _, id := range p.Disputes {
		d, known := disputes().Get(s, key(provider, id))
		if known && (d.Status == DisputeLost && len(d.Movements) > 0 || figureOr(d.Taken.Amount).IsPositive()) {
			sum = sum.Add(figure(d.Amount.Amount))
		}
	}
	return sum
}
