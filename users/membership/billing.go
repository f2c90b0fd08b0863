package membership

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
)

// Billing is what there is of a membership that a provider bills. Events carry it whole; who changes it changes a copy.
type Billing struct {
	// Page is the provider's id of the page on which it is bought, and Handover the page's address, sealed with the
	// member's key, until it is bought.
	Page     string    `json:"page,omitempty"`
	Handover seal.Text `json:"handover,omitempty"`
	// Subscription is the provider's id of it, once that is known.
	Subscription string `json:"subscription,omitempty"`
	// Told is what the provider said last of how it stands.
	Told Told `json:"told,omitzero"`
	// Cover is the invoice that [Standing].Period is of: the latest that was paid.
	Cover Cover `json:"cover,omitzero"`
	// Failed is an invoice later than Cover that could not be paid.
	Failed Failed `json:"failed,omitzero"`
	// Asked is what the provider is being asked for; nil for nothing.
	Asked *Ask `json:"asked,omitempty"`
	// Granted are the days that stand in the accounts of entitlement.
	Granted Outstanding `json:"granted,omitzero"`
	// Bills are invoices of which something is not earned.
	Bills []Bill `json:"bills,omitempty"`
}

// Told is how a provider says that a subscription stands. At is when, by its clock.
type Told struct {
	payment.SubscriptionFact
	At time.Time `json:"at,omitzero"`
}

// Cover is an invoice, and when the provider made it.
type Cover struct {
	Invoice   string    `json:"invoice"`
	CreatedAt time.Time `json:"created_at"`
}

// Failed is an invoice that could not be paid, why, and until when that is waited for.
type Failed struct {
	Cover
	Until   time.Time       `json:"until"`
	Failure payment.Failure `json:"failure,omitzero"`
}

// Outstanding are days of a plan.
type Outstanding struct {
	Plan string `json:"plan"`
	Days int    `json:"days"`
}

// Bill is an invoice of which something is not earned. Its period is what it was paid for, whose price is what came in
// and was not given back.
type Bill struct {
	Invoice string `json:"invoice"`
	Payment string `json:"payment,omitempty"`
	Period
	// Passed is how many days of the period are booked, and Earned how much of its price.
	Passed int    `json:"passed"`
	Earned string `json:"earned"`
	// Returning is what of it the provider is asked to give back, and is not earned.
	Returning string `json:"returning,omitempty"`
}

// later orders covers by when they were made.
func (c Cover) later(than Cover) bool {
	if c.CreatedAt.Equal(than.CreatedAt) {
		return c.Invoice > than.Invoice
	}
	return c.CreatedAt.After(than.CreatedAt)
}

// newer reports whether t is said after what is known. Of two of one second that is further on counts.
func (t Told) newer(than Told) bool {
	switch {
	case !t.At.Equal(than.At):
		return t.At.After(than.At)
	case t.Status != than.Status:
		return t.Status.Rank() > than.Status.Rank()
	case t.AtEnd != than.AtEnd:
		return t.AtEnd
	}
	return t.EndedAt.After(than.EndedAt)
}

// clone returns a copy that may be changed.
func (b *Billing) clone() *Billing {
	c := *b
	c.Bills = slices.Clone(b.Bills)
	return &c
}

// covers reports whether anything was paid, if only with nothing.
func (b *Billing) covers() bool { return b.Cover.Invoice != "" }

// ending reports whether the provider is being asked to end it.
func (b *Billing) ending() bool { return b.Asked != nil && b.Asked.What == AskEnd }

// bill returns the bill of an invoice; nil for one that is earned.
func (b *Billing) bill(invoice string) *Bill {
	for i := range b.Bills {
		if b.Bills[i].Invoice == invoice {
			return &b.Bills[i]
		}
	}
	return nil
}

// tidy leaves out bills that are done with.
func (b *Billing) tidy() {
	b.Bills = slices.DeleteFunc(b.Bills, func(x Bill) bool {
		return x.Returning == "" && x.rest().IsZero()
	})
}

// rest is what is not earned of a bill.
func (x Bill) rest() decimal.Decimal {
	return wallet.Figure(x.Price.Amount).Sub(wallet.Figure(x.Earned))
}

// add makes a bill one of more, or less, with what is earned of it as if it always had been. It returns what is earned
// more.
func (x *Bill) add(amount decimal.Decimal) (earned decimal.Decimal) {
	before := wallet.Figure(x.Earned)
	x.Price = x.money(wallet.Figure(x.Price.Amount).Add(amount))
	after := x.earned(x.Passed)
	x.Earned = x.figure(after)
	return after.Sub(before)
}

// earn has another day of a bill passed, and returns what is earned by it.
func (x *Bill) earn() decimal.Decimal {
	x.Passed++
	return x.add(decimal.Zero)
}

// term is the period of a plan that an invoice is for. Its days are counted back from its end, so that a part of a day
// is the first.
func term(t payment.Term, plan string, price ledger.Money, paidAt time.Time) Period {
	days := int((t.End.Sub(t.Start) + Day - 1) / Day)
	return Period{Plan: plan, Start: t.Start.UTC(), End: t.End.UTC(), Days: days, Price: price, PaidAt: paidAt}
}

// invoice is what is booked of an invoice of a provider's, at the asset's scale.
type invoice struct {
	// Membership is empty while its money waits in suspense.
	Membership string `json:"membership,omitempty"`
	Payment    string `json:"payment,omitempty"`
	Asset      string `json:"asset"`
	Received   string `json:"received"`
	Refunded   string `json:"refunded"`
	// Returning is what of it is being given back by us.
	Returning string `json:"returning,omitempty"`
	// Waiting is what it said, while its money waits.
	Waiting *payment.InvoiceFact `json:"waiting,omitempty"`
}

// subscription is whose a provider's subscription is, and which invoices of it came before that was known.
type subscription struct {
	Membership string   `json:"membership,omitempty"`
	Waiting    []string `json:"waiting,omitempty"`
}

func invoices() journal.Kind[invoice] { return journal.NewKind[invoice]("invoice") }

func subscriptions() journal.Kind[subscription] {
	return journal.NewKind[subscription]("subscription")
}

// price is which plan a provider's price is of.
type price struct {
	Plan string `json:"plan"`
}

func prices() journal.Kind[price] { return journal.NewKind[price]("plan-price") }

func providerKey(provider, id string) string { return provider + "/" + id }

// figureOr reads an amount of decision state that may be empty, for nothing.
func figureOr(text string) decimal.Decimal {
	if text == "" {
		return decimal.Zero
	}
	return wallet.Figure(text)
}
