package membership

import (
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
)

// Ordered says that somebody wants a membership that is paid at a provider, which is asked next for the page on which
// that is done.
type Ordered struct {
	About
	Standing
	// Price is what the provider calls the plan's price.
	Price string `json:"price"`
	// SuccessURL and CancelURL are where the member's browser goes from the provider's page.
	SuccessURL string `json:"success_url"`
	CancelURL  string `json:"cancel_url,omitempty"`
	OrderedBy  string `json:"ordered_by"`
}

// PageOpened says that the provider's page is open, or that the provider would not open one.
type PageOpened struct {
	About
	Standing
	Failure payment.Failure `json:"failure,omitzero"`
}

// InvoiceStep is what is booked more of an invoice. Received and Refunded are what is deferred more, and less; Cleared
// and ClearedBack how much of it moved at the provider now, which is less where some of it waited in suspense.
type InvoiceStep struct {
	Provider    string `json:"provider"`
	Invoice     string `json:"invoice"`
	Payment     string `json:"payment,omitempty"`
	Asset       string `json:"asset"`
	Received    string `json:"received"`
	Refunded    string `json:"refunded"`
	Cleared     string `json:"cleared"`
	ClearedBack string `json:"cleared_back"`
}

func (i InvoiceStep) net() decimal.Decimal {
	return wallet.Figure(i.Received).Sub(wallet.Figure(i.Refunded))
}

func (i InvoiceStep) cleared() decimal.Decimal { return wallet.Figure(i.Cleared) }

func (i InvoiceStep) nothing() bool {
	return wallet.Figure(i.Received).IsZero() && wallet.Figure(i.Refunded).IsZero() && wallet.Figure(i.Cleared).IsZero()
}

// InvoicePaid says that an invoice is paid. The postings are clearing, or suspense, to what is deferred.
type InvoicePaid struct {
	About
	Standing
	Invoice InvoiceStep `json:"invoice"`
	payment.Source
}

// InvoiceRefunded says that money of an invoice went back to who paid. The postings are what is deferred, and what of it
// was earned, to clearing.
type InvoiceRefunded struct {
	About
	Standing
	Invoice InvoiceStep `json:"invoice"`
	payment.Source
}

// InvoiceSuspended says that money came in for an invoice, or went back, of which nobody knows whose it is. The postings are
// clearing to suspense, or back. Said is what the invoice said, for when it becomes known.
type InvoiceSuspended struct {
	Invoice      InvoiceStep         `json:"invoice"`
	Subscription string              `json:"subscription,omitempty"`
	Said         payment.InvoiceFact `json:"said,omitzero"`
	payment.Source
}

// Followed says that a membership stands otherwise than before, in what nobody needs to be told of. It has postings where
// the rest of what was paid is earned, because it has ended.
type Followed struct {
	About
	Standing
	payment.Source
}

// Asked says that the provider is to be asked for something: Standing says for what.
type Asked struct {
	About
	Standing
	AskedBy string `json:"asked_by"`
}

// Answered says what the provider answered. Asked is what it was asked for, and Failure why it would not.
type Answered struct {
	About
	Standing
	Asked   Ask             `json:"asked"`
	Failure payment.Failure `json:"failure,omitzero"`
	// Returned are what became of what it was asked to give back, and of which invoices.
	Returned []Returned `json:"returned,omitempty"`
}

// Refusal is why a provider would not do what it was asked for, if an event, which has been decoded, says so.
func Refusal(e *journal.Event) payment.Failure {
	switch body := e.Body.(type) {
	case PageOpened:
		return body.Failure
	case Answered:
		return body.Failure
	}
	return payment.Failure{}
}

// schemaOf is the schema in which events of a type are written.
func schemaOf(eventType string) int {
	switch eventType {
	case TypeBought, TypeDayPassed, TypeRenewed, TypeRenewalRefused, TypeRenewalSet, TypeChanged, TypeCanceled, TypeEnded:
		return 2
	}
	return 1
}

func registerBilling(r *journal.Registry) {
	journal.Decides(r, payment.CommandRecordBilling, decideBilling)
	journal.Decides(r, payment.CommandBookHeldBilled, func(s *journal.Scope, c payment.BookHeld) error {
		return payment.DecideBookHeld(s, weighing(s), c)
	})
	journal.Decides(r, CommandSubscribe, decideSubscribe)
	journal.Decides(r, CommandRecordPage, decideRecordPage)
	journal.Decides(r, CommandRecordAnswer, decideRecordAnswer)

	journal.Records[Ordered](r, TypeOrdered, 1, nil)
	journal.Records[PageOpened](r, TypePageOpened, 1, nil)
	journal.Records[InvoicePaid](r, TypeInvoicePaid, 1, nil)
	journal.Records[InvoiceRefunded](r, TypeInvoiceRefunded, 1, nil)
	journal.Records[InvoiceSuspended](r, TypeInvoiceSuspended, 1, nil)
	journal.Records[Followed](r, TypeFollowed, 1, nil)
	journal.Records[Asked](r, TypeAsked, 1, nil)
	journal.Records[Answered](r, TypeAnswered, 1, nil)

	journal.Holds(r, invoices())
	journal.Holds(r, subscriptions())
	journal.Holds(r, prices())
}

// evolveBilled keeps whose subscriptions and invoices are, what is booked of each, and who is a member.
func evolveBilled(s *journal.Scope, e *journal.Event, m Membership) {
	if id := m.Billing.Subscription; id != "" {
		if known, _ := subscriptions().Get(s, providerKey(m.Provider, id)); known.Membership != m.MembershipID || known.Waiting != nil {
			subscriptions().Put(s, providerKey(m.Provider, id), subscription{Membership: m.MembershipID})
		}
	}
	has, _ := members().Get(s, m.UserID)
	if now := (member{m.MembershipID, m.Live() || m.Status == StatusPending}); now.Live || has.MembershipID == m.MembershipID {
		if now != has {
			members().Put(s, m.UserID, now)
		}
	}
	switch body := e.Body.(type) {
	case InvoicePaid:
		evolveInvoice(s, m.MembershipID, body.Invoice)
	case InvoiceRefunded:
		evolveInvoice(s, m.MembershipID, body.Invoice)
	case Asked:
		for _, b := range m.Billing.Bills {
			evolveReturning(s, m.Provider, b.Invoice, b.Returning)
		}
	case Answered:
		for _, x := range body.Returned {
			evolveReturning(s, m.Provider, x.Invoice, "")
			if x.Step.Invoice != "" {
				evolveInvoice(s, m.MembershipID, x.Step)
			}
		}
	}
}

func evolveReturning(s *journal.Scope, provider, id, amount string) {
	_, row := invoiceOf(s, provider, id)
	if row.Returning != amount {
		row.Returning = amount
		invoices().Put(s, providerKey(provider, id), row)
	}
}

// evolveInvoice adds what was booked of an invoice that is a membership's. What was booked while it was nobody's counts
// from then on as if it had not been.
func evolveInvoice(s *journal.Scope, membershipID string, step InvoiceStep) {
	_, row := invoiceOf(s, step.Provider, step.Invoice)
	if row.Membership == "" {
		row = invoice{Membership: membershipID, Asset: step.Asset}
	}
	row.note(s, step)
}

func evolveSuspended(s *journal.Scope, body InvoiceSuspended) {
	known, row := invoiceOf(s, body.Invoice.Provider, body.Invoice.Invoice)
	row.Asset = body.Invoice.Asset
	if body.Said.ID != "" {
		row.Waiting = &body.Said
	}
	if body.Subscription != "" && !known {
		key := providerKey(body.Invoice.Provider, body.Subscription)
		of, _ := subscriptions().Get(s, key)
		of.Waiting = append(of.Waiting[:len(of.Waiting):len(of.Waiting)], body.Invoice.Invoice)
		subscriptions().Put(s, key, of)
	}
	row.note(s, body.Invoice)
}

// note adds a step to what is booked of an invoice, and of the payment that paid it.
func (i invoice) note(s *journal.Scope, step InvoiceStep) {
	i.Received = journal.FormatAmount(figureOr(i.Received).Add(wallet.Figure(step.Received)))
	i.Refunded = journal.FormatAmount(figureOr(i.Refunded).Add(wallet.Figure(step.Refunded)))
	if i.Payment == "" {
		i.Payment = step.Payment
	}
	invoices().Put(s, providerKey(step.Provider, step.Invoice), i)
	if step.Payment != "" {
		payment.NoteInvoiced(s, step.Provider, step.Payment, step.Invoice, step.Asset, wallet.Figure(step.Cleared), wallet.Figure(step.ClearedBack))
	}
}
