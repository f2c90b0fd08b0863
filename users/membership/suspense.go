package membership

import (
	"cmp"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
)

var (
	_ payment.Suspending = InvoicePaid{}
	_ payment.Suspending = InvoiceRefunded{}
	_ payment.Suspending = InvoiceSuspended{}
	_ payment.Suspending = Answered{}
)

// Suspends implements [payment.Suspending]: what was waiting is deferred.
func (e InvoicePaid) Suspends() []payment.Suspension { return e.Invoice.suspends(e.Invoice.net()) }

// Suspends implements [payment.Suspending]: what waited to be told of by the invoice is.
func (e InvoiceRefunded) Suspends() []payment.Suspension { return e.Invoice.suspends(e.Invoice.net()) }

// Suspends implements [payment.Suspending]: all that moves waits.
func (e InvoiceSuspended) Suspends() []payment.Suspension { return e.Invoice.suspends(decimal.Zero) }

// Suspends implements [payment.Suspending]: what was not given back waits, of each invoice.
func (e Answered) Suspends() (out []payment.Suspension) {
	for _, x := range e.Returned {
		if x.Step.Invoice != "" {
			out = append(out, x.Step.suspends(x.Step.net())...)
		}
	}
	return out
}

// suspends is what a step leaves of what moved at the provider in the item of its payment, or, where that is not known, of
// the invoice, when an amount of it is deferred.
func (i InvoiceStep) suspends(deferred decimal.Decimal) []payment.Suspension {
	change := i.cleared().Sub(wallet.Figure(i.ClearedBack)).Sub(deferred)
	if change.IsZero() {
		return nil
	}
	return []payment.Suspension{payment.ChangedBy(i.Provider, cmp.Or(i.Payment, i.Invoice), change, i.Asset)}
}
