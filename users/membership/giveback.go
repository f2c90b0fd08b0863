package membership

import (
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
)

// weighGivenBack books what a message says was given back of a payment of an invoice. What came in is the invoice's own
// news.
func weighGivenBack(s *journal.Scope, f payment.Fact) (payment.Result, error) {
	if !f.WellFormed() {
		return passed(payment.InvalidFact), nil
	}
	told, err := payment.Exact(s, ledger.Money{Amount: f.Refunded, Asset: f.Asset})
	if err != nil {
		return payment.Result{}, err
	}
	known, row := invoiceOf(s, f.Provider, f.Invoice)
	_, cleared, walletID := payment.BookedOf(s, f.Provider, f.Payment)
	switch {
	case !told.IsPositive():
		return passed(payment.Invoice), nil
	case !known || row.Payment != f.Payment && row.Payment != "":
		return payment.Suspend(s, f)
	case walletID != "":
		return passed(payment.Invoice), nil
	case row.Asset != f.Asset:
		return passed(payment.AssetMismatch), nil
	}
	accounted := told.Sub(figureOr(row.Returning))
	zero := told.Sub(told)
	back, out := decimal.Max(accounted.Sub(figureOr(row.Refunded)), zero), decimal.Max(accounted.Sub(cleared), zero)
	if back.IsZero() && out.IsZero() {
		return passed(payment.AlreadyBooked), nil
	}
	step := InvoiceStep{
		Provider: f.Provider, Invoice: f.Invoice, Payment: f.Payment, Asset: f.Asset, Received: journal.FormatAmount(zero),
		Refunded: journal.FormatAmount(back), Cleared: journal.FormatAmount(zero), ClearedBack: journal.FormatAmount(out),
	}
	if row.Membership == "" {
		return payment.Result{Result: payment.Suspended, Reason: payment.MembershipUnnamed}, suspendedBack(s, f, step, out)
	}
	m, _ := Find(s, row.Membership)
	if err := new(Ran).catchUp(s, m); err != nil {
		return payment.Result{}, err
	}
	m, _ = Find(s, row.Membership)
	before := m
	m.Billing = m.Billing.clone()
	if err := m.givenBack(s, f, step, back, out); err != nil {
		return payment.Result{}, err
	}
	_, err = m.settle(s, before, f.When(s.Now()), f.Source())
	return payment.Result{Result: payment.Booked}, err
}

// givenBack books what went back of an invoice: as if it had never come in, so that what was earned of it is less by its
// share. Of one that is all earned it is less income.
func (m *Membership) givenBack(s *journal.Scope, f payment.Fact, step InvoiceStep, back, out decimal.Decimal) error {
	var l legs
	unearned := back.Sub(back)
	if bill := m.Billing.bill(step.Invoice); bill != nil {
		if whole := wallet.Figure(bill.Price.Amount); back.LessThanOrEqual(whole) {
			unearned = bill.add(back.Neg()).Add(back)
		} else {
			unearned = bill.rest()
			bill.Price = bill.money(wallet.Figure(bill.Earned))
		}
		m.Billing.tidy()
	}
	l.add(Deferred(m.MembershipID), unearned, step.Asset)
	l.add(Income, back.Sub(unearned), step.Asset)
	l.add(payment.Clearing, out.Neg(), step.Asset)
	l.balance(payment.Suspense, step.Asset)
	m.NextAt = m.next(m.Standing)
	return m.record(s, journal.Event{
		Type: TypeInvoiceRefunded, EffectiveAt: f.When(s.Now()), Postings: l,
		Body: InvoiceRefunded{About: m.About, Standing: m.Standing, Invoice: step, Source: f.Source()},
	})
}

// suspendedBack books what went back of an invoice whose money waits in suspense.
func suspendedBack(s *journal.Scope, f payment.Fact, step InvoiceStep, out decimal.Decimal) error {
	e := journal.Event{
		Ledger: ledger.Main, Stream: "invoice/" + providerKey(f.Provider, step.Invoice), Type: TypeInvoiceSuspended, Schema: 1, EffectiveAt: f.When(s.Now()),
		Body: InvoiceSuspended{Invoice: step, Source: f.Source()},
	}
	var l legs
	l.add(payment.Clearing, out.Neg(), step.Asset)
	l.balance(payment.Suspense, step.Asset)
	if len(l) == 0 {
		s.Emit(e)
		return nil
	}
	e.Postings = l
	_, err := ledger.Post(s, e, outside())
	return err
}
