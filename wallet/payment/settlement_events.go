package payment

import (
	"fmt"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// The types of the events of balance transactions. Their shapes at schema 1 are frozen in testdata/events.
const (
	TypeSettled     = "balance-transaction-booked"
	TypeUncollected = "payment-uncollected"
)

// Settled says that a balance transaction is booked, but for those of disputes, of which [FundsMoved] tells. The
// postings are its fee; what was booked in the asset that was paid with, from clearing through equity:conversion to
// clearing; and what is of no payment and no payout. What it is of has events of its own.
type Settled struct {
	Provider string `json:"provider"`
	// Settlement is what the provider says. Its Paid is this one's part of the payment.
	Settlement SettlementFact `json:"settlement"`
	// Payment is the provider's id of the payment, and PaymentID ours, if it was asked for here.
	Payment   string `json:"payment,omitempty"`
	PaymentID string `json:"payment_id,omitempty"`
	// Invoiced says that the payment belongs to an invoice.
	Invoiced bool `json:"invoiced,omitempty"`
	Source
}

// Counted says how much the provider counts of a payment that was not received yet. The postings are clearing to
// liabilities:suspense:stripe:uncollected, or back, for what changed.
type Counted struct {
	Provider string       `json:"provider"`
	Payment  string       `json:"payment"`
	Amount   ledger.Money `json:"amount"`
	Source
}

// booked is what is remembered of a balance transaction.
type booked struct {
	Type string `json:"type"`
}

func settlements() journal.Kind[booked] { return journal.NewKind[booked]("balance-transaction") }

// registerSettlements tells r what balance transactions evolve and record.
func registerSettlements(r *journal.Registry) {
	journal.Records[Settled](r, TypeSettled, 1, nil)
	journal.Records[Counted](r, TypeUncollected, 1, nil)

	journal.Holds(r, settlements())

	r.Evolves(evolveSettlement)
}

// evolveSettlement keeps which balance transactions are booked, and what they say of their payments.
func evolveSettlement(s *journal.Scope, e *journal.Event) {
	if e.Type != TypeSettled && e.Type != TypeUncollected {
		return
	}
	if err := s.Registry().Decode(e); err != nil {
		// State that passed over a fact would be wrong for ever.
		panic(fmt.Sprintf("payment: evolve: %v", err))
	}
	if body, ok := e.Body.(Counted); ok {
		p := find(s, body.Provider, body.Payment)
		p.Uncollected = body.Amount.Amount
		payments().Put(s, key(body.Provider, body.Payment), p)
		return
	}
	body, _ := e.Body.(Settled)
	t := body.Settlement
	settlements().Put(s, key(body.Provider, t.ID), booked{t.Type})
	if body.Payment == "" || body.Invoiced {
		return
	}
	p := find(s, body.Provider, body.Payment).in(t.Paid)
	if t.Of == OfPayment {
		if paid := figure(t.Paid.Amount); paid.IsNegative() {
			p.Bounced = journal.FormatAmount(figureOr(p.Bounced).Sub(paid))
		} else {
			p.Charged = journal.FormatAmount(figureOr(p.Charged).Add(paid))
		}
	}
	if p.Fee.Asset == "" || p.Fee.Asset == t.Asset {
		p.Fee = ledger.Money{Amount: journal.FormatAmount(figureOr(p.Fee.Amount).Add(figure(t.Fee))), Asset: t.Asset}
	}
	payments().Put(s, key(body.Provider, body.Payment), p)
}
