package payment

import (
	"fmt"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// The types of the events of payments. Their shapes at schema 1 are frozen in testdata/events.
const (
	TypeReceived = "payment-received"
	TypeRefunded = "payment-refunded"
	TypeAssigned = "payment-assigned"
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
	// WalletID is empty while the money waits in suspense.
	WalletID string `json:"wallet_id,omitempty"`
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
	Source
}

// Register tells r what payments decide, evolve and record. It needs the registrations of ledger
// and wallet beside it. There are no refusals.
func Register(r *journal.Registry) {
	journal.Decides(r, CommandRecordFact, decideFact)

	journal.Records[Received](r, TypeReceived, 1, nil)
	journal.Records[Refunded](r, TypeRefunded, 1, nil)
	journal.Records[Assigned](r, TypeAssigned, 1, nil)

	journal.Holds(r, payments())

	r.Evolves(evolve)
}

// evolve keeps how much of each payment is booked, and where.
func evolve(s *journal.Scope, e *journal.Event) {
	switch e.Type {
	case TypeReceived, TypeRefunded, TypeAssigned:
	default:
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
		payments().Put(s, key(body.Provider, body.Payment), p)
	case Assigned:
		p := find(s, body.Provider, body.Payment).in(body.Amount)
		p.Wallet = body.WalletID
		payments().Put(s, key(body.Provider, body.Payment), p)
	}
}
