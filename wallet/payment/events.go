package payment

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/risk"
)

// The types of the events of payments. Their shapes at schema 1 are frozen in testdata/events.
const (
	TypeReceived = "payment-received"
	TypeRefunded = "payment-refunded"
	TypeAssigned = "payment-assigned"

	TypeDisputeUpdated  = "dispute-updated"
	TypeFundsWithdrawn  = "dispute-funds-withdrawn"
	TypeFundsReinstated = "dispute-funds-reinstated"
	TypeDisputeLost     = "dispute-lost"
	TypeDisputeClaimed  = "dispute-claimed"

	TypePayoutCreated = "payout-created"
	TypePayoutPaid    = "payout-paid"
	TypePayoutFailed  = "payout-failed"
)

// Source is the message that an event was made from.
type Source struct {
	// EventID is the provider's id of the message; Raw the row in which its body is kept.
	EventID string `json:"event_id"`
	Raw     int64  `json:"raw"`
}

// Received says that money of a payment came in. The postings are clearing to the wallet, or to
// suspense.
type Received struct {
	Provider string       `json:"provider"`
	Payment  string       `json:"payment"`
	Amount   ledger.Money `json:"amount"`
	// WalletID is empty while the money waits in suspense: because of Reason, where Named is the wallet that the payer's
	// side named, if any, as it wrote it. Since schema 2.
	WalletID string `json:"wallet_id,omitempty"`
	Reason   Reason `json:"reason,omitempty"`
	Named    string `json:"named,omitempty"`
	Source
}

// Refunded says that money of a payment was given back at the provider. The postings are the wallet,
// or suspense, to clearing.
type Refunded struct {
	Provider string       `json:"provider"`
	Payment  string       `json:"payment"`
	Amount   ledger.Money `json:"amount"`
	// WalletID is empty while the money waits in suspense.
	WalletID string `json:"wallet_id,omitempty"`
	Source
}

// Assigned says that the wallet of a payment became known. The postings are suspense to the wallet;
// there are none when nothing waited.
type Assigned struct {
	Provider string       `json:"provider"`
	Payment  string       `json:"payment"`
	Amount   ledger.Money `json:"amount"`
	WalletID string       `json:"wallet_id"`
	// SuspenseID is the item that was assigned by hand, and Reason and AssignedBy are why and by whom; empty where a message
	// names the wallet.
	// Since schema 2.
	SuspenseID string `json:"suspense_id,omitempty"`
	Reason     string `json:"reason,omitempty"`
	AssignedBy string `json:"assigned_by,omitempty"`
	// Part says that only this is the wallet's: the payment is a membership's, and so is what is heard of it later.
	Part bool `json:"part,omitempty"`
	Source
}

// About is which dispute an event is about.
type About struct {
	Provider string `json:"provider"`
	Dispute  string `json:"dispute"`
	Payment  string `json:"payment"`
	// WalletID is empty while the wallet of the payment is not known.
	WalletID string `json:"wallet_id,omitempty"`
	Source
}

// DisputeUpdated says how a dispute stands now. It moves nothing.
type DisputeUpdated struct {
	About
	// Amount is what is disputed, in the payment's asset.
	Amount ledger.Money  `json:"amount"`
	Status DisputeStatus `json:"status"`
	// Reason is why the payer disputes, in the provider's word.
	Reason string `json:"reason,omitempty"`
	// At is when it came to stand so, by the provider's clock.
	At time.Time `json:"at,omitzero"`
	// DueBy is until when the provider takes evidence, if it says so. Since schema 2.
	DueBy time.Time `json:"due_by,omitzero"`
}

// FundsMoved says that the provider took money for a dispute, or gave it back. The postings are clearing to
// assets:stripe:disputed and the fee, or back, and, of a wallet that is known, available to disputed, or back.
type FundsMoved struct {
	About
	Movement Movement `json:"movement"`
	DisputeFigures
}

// DisputeSettled says that a dispute is lost (the postings are the wallet's disputed, or suspense, to
// assets:stripe:disputed), or that the wallet that stands for one became known (available to disputed, or to
// suspense what was lost by then).
type DisputeSettled struct {
	About
	Amount ledger.Money `json:"amount"`
	DisputeFigures
}

// PayoutMoved says that a payout has come to a stage. The postings lead from where its money stood before;
// there are none when it failed before it was heard of.
type PayoutMoved struct {
	Provider string `json:"provider"`
	Payout   string `json:"payout"`
	// Amount is below zero for what the provider takes from our bank.
	Amount ledger.Money `json:"amount"`
	Stage  PayoutStage  `json:"stage"`
	Source
}

// Register tells r what payments decide, evolve and record. It needs the registrations of ledger,
// wallet and risk beside it. What a provider tells of is never refused.
func Register(r *journal.Registry) {
	engine := risk.NewEngine()
	journal.Decides(r, CommandRecordFact, func(s *journal.Scope, f Fact) error { return decideFact(s, engine, f) })

	journal.Records[Received](r, TypeReceived, 2, sameShape())
	journal.Records[Refunded](r, TypeRefunded, 1, nil)
	journal.Records[Assigned](r, TypeAssigned, 2, sameShape())

	journal.Records[DisputeUpdated](r, TypeDisputeUpdated, 2, sameShape())
	journal.Records[FundsMoved](r, TypeFundsWithdrawn, 1, nil)
	journal.Records[FundsMoved](r, TypeFundsReinstated, 1, nil)
	journal.Records[DisputeSettled](r, TypeDisputeLost, 1, nil)
	journal.Records[DisputeSettled](r, TypeDisputeClaimed, 1, nil)
	journal.Records[PayoutMoved](r, TypePayoutCreated, 1, nil)
	journal.Records[PayoutMoved](r, TypePayoutPaid, 1, nil)
	journal.Records[PayoutMoved](r, TypePayoutFailed, 1, nil)

	journal.Holds(r, payments())
	journal.Holds(r, disputes())
	journal.Holds(r, payouts())

	r.Evolves(evolve)

	registerOrders(r, engine)
	registerRefunds(r)
	registerOutsideRefunds(r)
	registerSettlements(r)
	registerSuspense(r)
	registerHeld(r, engine)
}

// sameShape upcasts from schema 1 to one that says more.
func sameShape() map[int]func(json.RawMessage) (json.RawMessage, error) {
	return map[int]func(json.RawMessage) (json.RawMessage, error){1: func(data json.RawMessage) (json.RawMessage, error) { return data, nil }}
}

// isType reports whether an event is one of this package.
func isType(eventType string) bool {
	switch eventType {
	case TypeReceived, TypeRefunded, TypeAssigned,
		TypeDisputeUpdated, TypeFundsWithdrawn, TypeFundsReinstated, TypeDisputeLost, TypeDisputeClaimed,
		TypePayoutCreated, TypePayoutPaid, TypePayoutFailed:
		return true
	}
	return false
}

// evolve keeps how much of each payment, dispute and payout is booked, and where.
func evolve(s *journal.Scope, e *journal.Event) {
	if !isType(e.Type) {
		return
	}
	if err := s.Registry().Decode(e); err != nil {
		// State that passed over a fact would be wrong for ever.
		panic(fmt.Sprintf("payment: evolve: %v", err))
	}
	switch body := e.Body.(type) {
	case Received:
		p := find(s, body.Provider, body.Payment).in(body.Amount)
		p.Wallet, p.Received = body.WalletID, add(p.Received, body.Amount.Amount)
		payments().Put(s, key(body.Provider, body.Payment), p)
	case Refunded:
		p := find(s, body.Provider, body.Payment).in(body.Amount)
		p.Refunded = add(p.Refunded, body.Amount.Amount) // the wallet was noted before
		p.Outside = journal.FormatAmount(figureOr(p.Outside).Add(figure(body.Amount.Amount)))
		payments().Put(s, key(body.Provider, body.Payment), p)
	case Assigned:
		p := find(s, body.Provider, body.Payment).in(body.Amount)
		if !body.Part {
			p.Wallet = body.WalletID
		}
		payments().Put(s, key(body.Provider, body.Payment), p)
	case DisputeUpdated:
		noteDispute(s, body.About)
		evolveDispute(s, body.About, func(d *dispute) {
			d.Payment, d.Amount, d.Status, d.At = body.Payment, body.Amount, body.Status, body.At
		})
	case FundsMoved:
		evolveDispute(s, body.About, func(d *dispute) {
			d.Movements = append(slices.Clip(d.Movements), body.Movement.ID)
			d.DisputeFigures = body.DisputeFigures
		})
	case DisputeSettled:
		evolveDispute(s, body.About, func(d *dispute) { d.DisputeFigures = body.DisputeFigures })
	case PayoutMoved:
		payouts().Put(s, key(body.Provider, body.Payout), payout{Amount: body.Amount, Stage: body.Stage})
	}
}

// noteDispute notes with a payment that it is disputed.
func noteDispute(s *journal.Scope, a About) {
	p := find(s, a.Provider, a.Payment)
	if !slices.Contains(p.Disputes, a.Dispute) {
		p.Disputes = append(slices.Clip(p.Disputes), a.Dispute)
		payments().Put(s, key(a.Provider, a.Payment), p)
	}
}

func evolveDispute(s *journal.Scope, a About, change func(*dispute)) {
	d, _ := disputes().Get(s, key(a.Provider, a.Dispute))
	d.Wallet = a.WalletID
	change(&d)
	disputes().Put(s, key(a.Provider, a.Dispute), d)
}
