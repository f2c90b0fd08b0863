package membership

import (
	"encoding/json"
	"fmt"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// The types of the events of plans and memberships. Their shapes at schema 1 are frozen in testdata/events. Schema 2 of those
// that a wallet's and a provider's memberships have alike may say what there is of it at the provider.
const (
	TypePlanCreated    = "plan-created"
	TypePlanChanged    = "plan-changed"
	TypeBought         = "membership-bought"
	TypeDayPassed      = "membership-day-passed"
	TypeRenewed        = "membership-renewed"
	TypeRenewalRefused = "membership-renewal-refused"
	TypeRenewalSet     = "membership-renewal-set"
	TypeChanged        = "membership-changed"
	TypeCanceled       = "membership-canceled"
	TypeEnded          = "membership-ended"

	// Of memberships that a provider bills.
	TypeOrdered          = "membership-ordered"
	TypePageOpened       = "membership-page-opened"
	TypeInvoicePaid      = "membership-invoice-paid"
	TypeInvoiceRefunded  = "membership-invoice-refunded"
	TypeInvoiceSuspended = "invoice-suspended"
	TypeFollowed         = "membership-followed"
	TypeAsked            = "membership-asked"
	TypeAnswered         = "membership-answered"
)

// PlanCreated says that there is a plan. It belongs to no ledger.
type PlanCreated struct {
	Code string `json:"code"`
	Offer
	Period Length `json:"period"`
}

// PlanChanged says what a plan offers from now on: all of it.
type PlanChanged struct {
	Code string `json:"code"`
	Offer
}

// Bought says that somebody has become a member, and has paid for a period.
type Bought struct {
	About
	Standing
}

// DayPassed says that a day of the period is over.
type DayPassed struct {
	About
	Standing
	// Day counts from 1 in the period; Amount is what was earned by it, which may be nothing.
	Day    int          `json:"day"`
	Amount ledger.Money `json:"amount"`
}

// Renewed says that another period is paid.
type Renewed struct {
	About
	Standing
}

// RenewalRefused says that the period is over and the next one could not be paid.
type RenewalRefused struct {
	About
	Standing
	Problem Problem `json:"problem"`
}

// Problem is why a renewal was refused.
type Problem struct {
	Code   string `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail,omitempty"`
}

// RenewalSet says that the member wants the membership to end with its period, or to go on after all.
type RenewalSet struct {
	About
	Standing
}

// Changed says that the membership is of another plan, of which a period is paid.
type Changed struct {
	About
	Standing
	// From is the plan that it was of; Refunded what came back of its price, for so many days.
	From     string       `json:"from"`
	Refunded ledger.Money `json:"refunded"`
	Days     int          `json:"days"`
	// Paid is what the wallet gave out in sum: the price less what came back, if they are of one asset.
	Paid ledger.Money `json:"paid"`
}

// Canceled says that somebody ended the membership within its period. Refunded is what came back of the price, for so
// many days.
type Canceled struct {
	About
	Standing
	Refunded ledger.Money `json:"refunded"`
	Days     int          `json:"days"`
}

// Ended says that the membership was good until its period's end, or the end of its grace, and is no more.
type Ended struct {
	About
	Standing
}

// partsOf returns what every event of a membership has; ok is false for other events.
func partsOf(body any) (about About, st Standing, ok bool) {
	switch b := body.(type) {
	case Bought:
		return b.About, b.Standing, true
	case DayPassed:
		return b.About, b.Standing, true
	case Renewed:
		return b.About, b.Standing, true
	case RenewalRefused:
		return b.About, b.Standing, true
	case RenewalSet:
		return b.About, b.Standing, true
	case Changed:
		return b.About, b.Standing, true
	case Canceled:
		return b.About, b.Standing, true
	case Ended:
		return b.About, b.Standing, true
	case Ordered:
		return b.About, b.Standing, true
	case PageOpened:
		return b.About, b.Standing, true
	case InvoicePaid:
		return b.About, b.Standing, true
	case InvoiceRefunded:
		return b.About, b.Standing, true
	case Followed:
		return b.About, b.Standing, true
	case Asked:
		return b.About, b.Standing, true
	case Answered:
		return b.About, b.Standing, true
	}
	return about, st, false
}

// IDOf is which membership the body of an event is about; empty for one of anything else.
func IDOf(body any) string {
	about, _, _ := partsOf(body)
	return about.MembershipID
}

// IsType reports whether an event is one of this package.
func IsType(eventType string) bool {
	switch eventType {
	case TypePlanCreated, TypePlanChanged, TypeBought, TypeDayPassed, TypeRenewed, TypeRenewalRefused, TypeRenewalSet,
		TypeChanged, TypeCanceled, TypeEnded,
		TypeOrdered, TypePageOpened, TypeInvoicePaid, TypeInvoiceRefunded, TypeInvoiceSuspended, TypeFollowed, TypeAsked, TypeAnswered:
		return true
	}
	return false
}

// Register tells r what plans and memberships decide, evolve, record and refuse. It needs the registrations of ledger,
// wallet and users beside it.
func Register(r *journal.Registry) {
	journal.Decides(r, CommandCreatePlan, decideCreatePlan)
	journal.Decides(r, CommandChangePlan, decideChangePlan)
	journal.Decides(r, CommandBuy, decideBuy)
	journal.Decides(r, CommandCancel, decideCancel)
	journal.Decides(r, CommandChange, decideChange)
	journal.Decides(r, CommandRunMemberships, decideRun)

	journal.Records[PlanCreated](r, TypePlanCreated, 1, nil)
	journal.Records[PlanChanged](r, TypePlanChanged, 1, nil)
	walletOnly := map[int]func(json.RawMessage) (json.RawMessage, error){1: sameShape}
	journal.Records[Bought](r, TypeBought, 2, walletOnly)
	journal.Records[DayPassed](r, TypeDayPassed, 2, walletOnly)
	journal.Records[Renewed](r, TypeRenewed, 2, walletOnly)
	journal.Records[RenewalRefused](r, TypeRenewalRefused, 2, walletOnly)
	journal.Records[RenewalSet](r, TypeRenewalSet, 2, walletOnly)
	journal.Records[Changed](r, TypeChanged, 2, walletOnly)
	journal.Records[Canceled](r, TypeCanceled, 2, walletOnly)
	journal.Records[Ended](r, TypeEnded, 2, walletOnly)

	registerBilling(r)

	journal.Holds(r, plans())
	journal.Holds(r, memberships())
	journal.Holds(r, members())

	r.Evolves(evolve)
	r.Refuses(refusals()...)
}

// evolve keeps what there is of each plan and membership, and counts what members spend.
func evolve(s *journal.Scope, e *journal.Event) {
	if !IsType(e.Type) {
		return
	}
	if err := s.Registry().Decode(e); err != nil {
		// State that passed over a fact would be wrong for ever.
		panic(fmt.Sprintf("membership: evolve: %v", err))
	}
	if code := CodeOf(e.Body); code != "" {
		before, _ := plans().Get(s, code)
		p := before.After(e)
		plans().Put(s, code, p)
		if p.ProviderPrice != "" && p.ProviderPrice != before.ProviderPrice {
			prices().Put(s, p.ProviderPrice, price{p.Code})
		}
		return
	}
	if body, ok := e.Body.(InvoiceSuspended); ok {
		evolveSuspended(s, body)
		return
	}
	m := Membership{}.After(e)
	memberships().Put(s, m.MembershipID, m)
	if m.Billing != nil {
		evolveBilled(s, e, m)
		return
	}
	switch body := e.Body.(type) {
	case Bought:
		members().Put(s, m.UserID, member{MembershipID: m.MembershipID, Live: true})
		wallet.CountSpent(s, e, m.WalletID, m.Period.Price)
	case Renewed:
		wallet.CountSpent(s, e, m.WalletID, m.Period.Price)
	case Changed:
		wallet.CountSpent(s, e, m.WalletID, body.Paid)
	case Canceled, Ended:
		members().Put(s, m.UserID, member{MembershipID: m.MembershipID})
	}
}

// sameShape upcasts what had no Provider and no Billing, which nothing had when a wallet was all that paid.
func sameShape(data json.RawMessage) (json.RawMessage, error) { return data, nil }
