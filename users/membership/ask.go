package membership

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
)

// What a provider is asked for.
const (
	// AskEnd: to end the subscription at once, and to give back what is not earned.
	AskEnd = "end"
	// AskAtEnd: not to renew it; AskGoOn: to renew it after all.
	AskAtEnd = "end-of-period"
	AskGoOn  = "go-on"
	// AskChange: to make it one of another plan, at once.
	AskChange = "change"
)

// florin is who asks of its own accord.
const florin = "florin:memberships"

// Ask is what a provider is asked for.
type Ask struct {
	What string `json:"what"`
	// Plan is the one to change to, and Price what the provider calls its price.
	Plan  string `json:"plan,omitempty"`
	Price string `json:"price,omitempty"`
}

// RecordAnswer tells what a provider answered to what it was asked for.
//
// Refusals: ErrMembershipNotFound.
type RecordAnswer struct {
	MembershipID string `json:"membership_id"`
	// Failure is why it would not; the zero Failure when it did.
	Failure  payment.Failure `json:"failure,omitzero"`
	Returned []Returned      `json:"returned,omitempty"`
}

// Returned is what became of what a provider was asked to give back.
type Returned struct {
	Invoice string `json:"invoice"`
	// Ref is the provider's id of the refund, or Failure why there is none.
	Ref     string          `json:"ref,omitempty"`
	Failure payment.Failure `json:"failure,omitzero"`
	// Step is what was booked of it.
	Step InvoiceStep `json:"step,omitzero"`
}

// ask has a provider asked. Everything else of the membership that a provider is asked for waits for the answer; what is
// given back is earned no more.
func (m Membership) ask(s *journal.Scope, a Ask, by string) error {
	m.Billing = m.Billing.clone()
	m.Billing.Asked = &a
	if a.What == AskEnd {
		for i := range m.Billing.Bills {
			if x := &m.Billing.Bills[i]; x.Payment != "" && x.rest().IsPositive() {
				x.Returning = x.figure(x.rest())
			}
		}
	}
	m.NextAt = m.next(m.Standing)
	return m.record(s, journal.Event{Type: TypeAsked, Body: Asked{About: m.About, Standing: m.Standing, AskedBy: by}})
}

// mayAsk reports whether the provider can be asked. Refusals: ErrMembershipElsewhere, ErrMembershipAsked.
func (m Membership) mayAsk() error {
	switch {
	case m.Provider != payment.Stripe:
		return ErrMembershipElsewhere
	case m.Billing.Asked != nil, m.Billing.Page == "" && m.Billing.Subscription == "":
		return ErrMembershipAsked
	}
	return nil
}

// askCancel has the provider asked to end the membership. In grace, and before it is paid, it ends at once.
func (m Membership) askCancel(s *journal.Scope, c Cancel) error {
	err := m.mayAsk()
	switch {
	case err != nil:
		return err
	case c.At == AtOnce || m.Status != StatusActive:
		return m.ask(s, Ask{What: AskEnd}, c.As.Principal)
	case !m.Renews:
		return ErrMembershipUnchanged
	}
	return m.ask(s, Ask{What: AskAtEnd}, c.As.Principal)
}

// askChange has the provider asked to change the plan, or to go on with the one that there is.
func (m Membership) askChange(s *journal.Scope, c Change) error {
	plan, sold := FindPlan(s, c.Plan)
	err := m.mayAsk()
	switch {
	case err != nil:
		return err
	case m.Status != StatusActive:
		return ErrMembershipInGrace
	case c.Plan == m.Period.Plan && m.Renews:
		return ErrMembershipUnchanged
	case c.Plan == m.Period.Plan:
		return m.ask(s, Ask{What: AskGoOn}, c.As.Principal)
	case !sold:
		return ErrPlanNotFound.At("/plan")
	case !plan.Active:
		return ErrPlanInactive.At("/plan")
	case plan.ProviderPrice == "":
		return ErrPlanNotBilled.At("/plan")
	}
	return m.ask(s, Ask{What: AskChange, Plan: plan.Code, Price: plan.ProviderPrice}, c.As.Principal)
}

// decideRecordAnswer notes what the provider answered, and books what it gave back. What it would not give back is owed,
// and waits in suspense for somebody to look at it.
func decideRecordAnswer(s *journal.Scope, c RecordAnswer) error {
	m, found := Find(s, c.MembershipID)
	if !found || m.Billing == nil || m.Billing.Asked == nil {
		return ErrMembershipNotFound
	}
	before := m
	m.Billing = m.Billing.clone()
	b, asked, now := m.Billing, *m.Billing.Asked, s.Now().UTC()
	b.Asked = nil
	var l legs
	if c.Failure.Code == "" {
		m.agree(asked, now)
	}
	for i, x := range c.Returned {
		c.Returned[i].Step = m.returned(s, &l, x)
	}
	for i := range b.Bills {
		b.Bills[i].Returning = ""
	}
	b.tidy()
	m.NextAt = m.next(m.Standing)
	err := m.record(s, journal.Event{Type: TypeAnswered, Postings: l, Body: Answered{
		About: m.About, Standing: m.Standing, Asked: asked, Failure: c.Failure, Returned: c.Returned,
	}})
	if err != nil {
		return err
	}
	_, err = m.settle(s, before, now, payment.Source{})
	return err
}

// agree notes what a provider has done. It tells of it as well, at its own time.
func (m *Membership) agree(asked Ask, now time.Time) {
	told := &m.Billing.Told
	switch asked.What {
	case AskAtEnd, AskGoOn:
		told.AtEnd = asked.What == AskAtEnd
	case AskEnd:
		if !told.Status.Over() {
			told.Status, told.EndedAt = payment.SubscriptionCanceled, now
		}
	}
}

// returned books what became of what was to be given back of a bill. The provider may have told of it before: then it was
// taken from suspense.
func (m *Membership) returned(s *journal.Scope, l *legs, x Returned) (step InvoiceStep) {
	bill := m.Billing.bill(x.Invoice)
	if bill == nil || bill.Returning == "" {
		return step
	}
	amount := wallet.Figure(bill.Returning)
	zero := journal.FormatAmount(amount.Sub(amount))
	step = InvoiceStep{
		Provider: m.Provider, Invoice: bill.Invoice, Payment: bill.Payment, Asset: bill.Price.Asset, Received: zero, Refunded: bill.Returning, Cleared: zero, ClearedBack: zero,
	}
	out := amount.Sub(amount)
	if x.Failure.Code == "" {
		_, row := invoiceOf(s, m.Provider, bill.Invoice)
		_, cleared, _ := payment.BookedOf(s, m.Provider, bill.Payment)
		out = decimal.Max(figureOr(row.Refunded).Add(amount).Sub(cleared), out)
	}
	step.ClearedBack = journal.FormatAmount(out)
	l.add(Deferred(m.MembershipID), amount, bill.Price.Asset)
	l.add(payment.Clearing, out.Neg(), bill.Price.Asset)
	l.add(payment.Suspense, out.Sub(amount), bill.Price.Asset)
	bill.Price = bill.money(wallet.Figure(bill.Price.Amount).Sub(amount))
	bill.Returning = ""
	return step
}

// givingBack is how much of what was paid for a period a provider is being asked to give back.
func (m Membership) givingBack() ledger.Money {
	sum := decimal.Zero
	for _, x := range m.Billing.Bills {
		if x.Returning != "" && x.Price.Asset == m.Period.Price.Asset {
			sum = sum.Add(wallet.Figure(x.Returning))
		}
	}
	return m.Period.money(sum)
}
