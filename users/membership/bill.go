package membership

import (
	"cmp"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
)

// decideBilling books what a provider says of a subscription, an invoice, or a payment of one, and is not booked yet. It
// refuses nothing: what the books cannot take is held.
func decideBilling(s *journal.Scope, f payment.Fact) error {
	weigh := weighing(s)
	result, err := weigh(f)
	if err != nil {
		return err
	}
	if err := payment.SettleHeld(s, weigh, f, result); err != nil {
		return err
	}
	s.Result(result)
	return nil
}

// weighing books all of a message or nothing.
func weighing(s *journal.Scope) payment.Weigh {
	return func(f payment.Fact) (result payment.Result, err error) {
		err = s.Try(func() (err error) {
			result, err = weigh(s, f)
			return err
		})
		switch r := journal.AsRefusal(err); {
		case r != nil:
			return payment.HeldBy(r), nil
		case err != nil:
			return payment.Result{}, err
		}
		return result, nil
	}
}

func weigh(s *journal.Scope, f payment.Fact) (payment.Result, error) {
	switch {
	case f.Kind == payment.Billed && !f.WellFormed():
		return passed(payment.InvalidFact), nil
	case f.Kind == payment.Billed:
		return weighBilled(s, f)
	case f.Kind == payment.Paid && f.Invoice != "" && f.Payment != "":
		return weighGivenBack(s, f)
	}
	return passed(payment.Invoice), nil
}

func passed(why payment.Reason) payment.Result {
	return payment.Result{Result: payment.Passed, Reason: why}
}

// weighBilled books a fact about a subscription or an invoice.
func weighBilled(s *journal.Scope, f payment.Fact) (payment.Result, error) {
	b := f.Billing
	m, known := billedBy(s, f)
	if known {
		if err := new(Ran).catchUp(s, m); err != nil {
			return payment.Result{}, err
		}
		m, _ = Find(s, m.MembershipID)
	} else {
		m, known = begun(s, f)
	}
	switch {
	case known:
		return m.heard(s, f)
	case b.Member != "":
		return passed(payment.MembershipUnknown), nil
	case b.Invoice != nil && b.Invoice.Settled:
		return suspend(s, f)
	case b.Membership != "":
		return passed(payment.MembershipUnknown), nil
	}
	return passed(payment.MembershipUnnamed), nil
}

// billedBy is the membership that a fact is about: that of its subscription, or the one that it names, if that is of
// the provider and of no other subscription.
func billedBy(s *journal.Scope, f payment.Fact) (Membership, bool) {
	b, id := f.Billing, f.Billing.Membership
	if b.Subscription != "" {
		if known, ok := subscriptions().Get(s, providerKey(f.Provider, b.Subscription)); ok && known.Membership != "" {
			id = known.Membership
		}
	}
	m, ok := Find(s, id)
	if !ok || m.Provider != f.Provider {
		return Membership{}, false
	}
	return m, m.Billing.Subscription == "" || b.Subscription == "" || m.Billing.Subscription == b.Subscription
}

// begun is a membership that begins with a fact, of a provider that sells by itself; ok is false when the fact names no
// member of ours, and no plan.
func begun(s *journal.Scope, f payment.Fact) (m Membership, ok bool) {
	b := f.Billing
	if b.Member == "" || b.Invoice == nil || b.Subscription == "" {
		return m, false
	}
	_, registered := users.Find(s, b.Member)
	plan, sold := FindPlan(s, b.Invoice.Term.Plan)
	if !registered || !sold || users.IsErased(s, b.Member) {
		return m, false
	}
	about := About{MembershipID: s.NextID().Format(membershipPrefix), UserID: b.Member, Provider: f.Provider, Since: s.Now().UTC()}
	m = Membership{About: about, Standing: pending(plan, about.Since)}
	m.Billing.Subscription = b.Subscription
	return m, true
}

// heard books a fact about a membership, which has been brought up to date.
func (m Membership) heard(s *journal.Scope, f payment.Fact) (payment.Result, error) {
	b, before := f.Billing, m
	m.Billing = m.Billing.clone()
	linked := m.Billing.Subscription == "" && b.Subscription != ""
	if b.Subscription != "" {
		m.Billing.Subscription = b.Subscription
	}
	booked := false
	var due []payment.InvoiceFact
	if linked {
		due = waiting(s, f)
	}
	if b.Invoice != nil {
		due = append(due, *b.Invoice)
	}
	for _, i := range due {
		took, err := m.invoiced(s, f, i)
		if err != nil {
			return payment.Result{}, err
		}
		booked = booked || took
	}
	if b.Standing != nil {
		if told := (Told{*b.Standing, f.OccurredAt.UTC()}); m.Billing.Told.Status == "" || told.newer(m.Billing.Told) {
			m.Billing.Told = told
		}
	}
	if b.Closed && !m.Billing.covers() && m.Billing.Told.Status == "" {
		m.Billing.Told = Told{payment.SubscriptionFact{Status: payment.SubscriptionUnpaid, EndedAt: f.OccurredAt.UTC()}, f.OccurredAt.UTC()}
	}
	changed, err := m.settle(s, before, f.When(s.Now()), f.Source())
	switch {
	case err != nil:
		return payment.Result{}, err
	case booked:
		return payment.Result{Result: payment.Booked}, nil
	case changed:
		return payment.Result{Result: payment.Deferred, Reason: payment.NothingMoved}, nil
	}
	return passed(payment.AlreadyBooked), nil
}

// waiting are the invoices of a fact's subscription that came before it was known whose it is, in their order.
func waiting(s *journal.Scope, f payment.Fact) (out []payment.InvoiceFact) {
	known, _ := subscriptions().Get(s, providerKey(f.Provider, f.Billing.Subscription))
	for _, id := range known.Waiting {
		if i, ok := invoices().Get(s, providerKey(f.Provider, id)); ok && i.Waiting != nil && i.Membership == "" {
			out = append(out, *i.Waiting)
		}
	}
	return out
}

// invoiced books an invoice, and reports whether that was news. What came in is deferred over the time that it is for.
func (m *Membership) invoiced(s *journal.Scope, f payment.Fact, i payment.InvoiceFact) (bool, error) {
	known, row := invoiceOf(s, f.Provider, i.ID)
	cover := Cover{Invoice: i.ID, CreatedAt: i.CreatedAt.UTC()}
	if !i.Settled {
		if known || !cover.later(m.Billing.Cover) || m.Billing.Failed.later(cover) {
			return false, nil
		}
		failed := Failed{Cover: cover, Until: i.NextTry.UTC(), Failure: i.Failure}
		if !i.NextTry.IsZero() {
			failed.Until = failed.Until.Add(GraceTry)
		}
		if failed.Until.Before(m.Billing.Failed.Until) {
			failed.Until = m.Billing.Failed.Until
		}
		m.Billing.Failed = failed
		return false, nil
	}
	if known && row.Membership == "" { // it is not a membership's yet, with all that waits of it
		row.Received, row.Refunded = "", ""
	}
	step, err := weighInvoice(s, f.Provider, i, row)
	if err != nil || known && row.Membership != "" && step.nothing() {
		return false, err
	}
	plan := m.planOf(s, i.Term)
	amount := step.net()
	paid := ledger.Money{Amount: journal.FormatAmount(amount), Asset: i.Paid.Asset}
	period := term(i.Term, plan, paid, f.When(s.Now()).UTC())
	if i.Term == (payment.Term{}) { // it is for nothing that takes time: it is earned with the day
		period = Period{Plan: plan, Start: period.PaidAt, End: period.PaidAt.Add(Day), Days: 1, Price: paid, PaidAt: period.PaidAt}
	} else if cover.later(m.Billing.Cover) {
		m.Billing.Cover, m.Period, m.Passed = cover, period, 0
		m.Earned = period.figure(decimal.Zero)
		if !m.Billing.Failed.later(cover) {
			m.Billing.Failed = Failed{}
		}
	}
	var l legs
	switch bill := m.Billing.bill(i.ID); {
	case bill != nil:
		l.add(Income, bill.add(amount).Neg(), paid.Asset)
	case !amount.IsZero():
		m.Billing.Bills = append(m.Billing.Bills, Bill{Invoice: i.ID, Payment: i.Payment, Period: period, Earned: period.figure(decimal.Zero)})
	}
	l.add(payment.Clearing, step.cleared(), paid.Asset)
	l.add(payment.Suspense, amount.Sub(step.cleared()), paid.Asset)
	l.balance(Deferred(m.MembershipID), paid.Asset)
	m.NextAt = m.next(m.Standing)
	return true, m.record(s, journal.Event{
		Type: TypeInvoicePaid, EffectiveAt: f.When(s.Now()), Postings: l,
		Body: InvoicePaid{About: m.About, Standing: m.Standing, Invoice: step, Source: f.Source()},
	})
}

// planOf is the plan that an invoice is for: the one that its price is of, or that it names; else the one that there is.
func (m *Membership) planOf(s *journal.Scope, t payment.Term) string {
	if t.Price != "" {
		if known, ok := prices().Get(s, t.Price); ok {
			return known.Plan
		}
	}
	if plan, ok := FindPlan(s, t.Plan); ok {
		return plan.Code
	}
	return m.Period.Plan
}

func invoiceOf(s *journal.Scope, provider, id string) (known bool, row invoice) {
	row, known = invoices().Get(s, providerKey(provider, id))
	return known, row
}

// weighInvoice returns what an invoice says that a row of it has not: of itself, and of what is at the provider, of which
// some may wait in suspense.
func weighInvoice(s *journal.Scope, provider string, i payment.InvoiceFact, row invoice) (step InvoiceStep, err error) {
	told, err := payment.Exact(s, i.Paid)
	if err != nil {
		return step, err
	}
	if row.Asset != "" && row.Asset != i.Paid.Asset {
		return step, ledger.ErrInvalidField.Because("the invoice is booked in %s", row.Asset)
	}
	i.Payment = cmp.Or(i.Payment, row.Payment)
	in, back, walletID := moved(s, provider, i)
	zero := told.Sub(told)
	received, refunded := decimal.Max(told.Sub(figureOr(row.Received)), zero), zero
	cleared := decimal.Max(told.Sub(in), zero)
	if i.Payment == "" { // its charge does not name it either, and puts the money in suspense, before or after
		cleared = zero
	}
	if walletID != "" { // it is in a wallet, and stays there
		received = cleared
	} else {
		refunded = decimal.Max(back.Sub(figureOr(row.Refunded)).Sub(figureOr(row.Returning)), zero)
	}
	return InvoiceStep{
		Provider: provider, Invoice: i.ID, Payment: i.Payment, Asset: i.Paid.Asset, Received: journal.FormatAmount(received),
		Refunded: journal.FormatAmount(refunded), Cleared: journal.FormatAmount(cleared), ClearedBack: journal.FormatAmount(zero),
	}, nil
}

// moved is what is booked at the provider of what paid an invoice: of its payment, or where it names none, of itself.
func moved(s *journal.Scope, provider string, i payment.InvoiceFact) (received, refunded decimal.Decimal, walletID string) {
	if i.Payment != "" {
		return payment.BookedOf(s, provider, i.Payment)
	}
	_, row := invoiceOf(s, provider, i.ID)
	_, _, walletID = payment.BookedOf(s, provider, i.ID)
	return figureOr(row.Received), figureOr(row.Refunded), walletID
}

// suspend books what came in for an invoice that names no membership of ours.
func suspend(s *journal.Scope, f payment.Fact) (payment.Result, error) {
	i := *f.Billing.Invoice
	known, row := invoiceOf(s, f.Provider, i.ID)
	step, err := weighInvoice(s, f.Provider, i, row)
	switch {
	case err != nil:
		return payment.Result{}, err
	case known && step.nothing(), !known && wallet.Figure(i.Paid.Amount).IsZero() && f.Billing.Subscription == "":
		return passed(payment.NothingMoved), nil
	}
	var l legs
	l.add(payment.Clearing, step.cleared(), step.Asset)
	l.balance(payment.Suspense, step.Asset)
	e := journal.Event{
		Ledger: ledger.Main, Stream: "invoice/" + providerKey(f.Provider, i.ID), Type: TypeInvoiceSuspended, Schema: 1, EffectiveAt: f.When(s.Now()),
		Body: InvoiceSuspended{Invoice: step, Subscription: f.Billing.Subscription, Said: i, Source: f.Source()}, Postings: l,
	}
	if len(l) == 0 {
		s.Emit(e)
		return payment.Result{Result: payment.Deferred, Reason: payment.MembershipUnnamed}, nil
	}
	if _, err := ledger.Post(s, e, outside()); err != nil {
		return payment.Result{}, err
	}
	return payment.Result{Result: payment.Suspended, Reason: payment.MembershipUnnamed}, nil
}
