package wallet

import (
	"fmt"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// The types of the events of wallets. Their shapes at schema 1 are frozen in testdata/events.
const (
	TypeWalletOpened = "wallet-opened"
	TypeWalletFrozen = "wallet-frozen"
	TypeHoldPlaced   = "hold-placed"
	TypeHoldCaptured = "hold-captured"
	TypeHoldReleased = "hold-released"
)

// Opened says that there is a wallet, and that it is open.
type Opened struct {
	WalletID string            `json:"wallet_id"`
	Owner    string            `json:"owner"`
	Name     string            `json:"name,omitempty"`
	Metadata map[string]string `json:"metadata,omitempty"`
}

// Frozen says that the wallet gives nothing out any more.
type Frozen struct {
	WalletID string `json:"wallet_id"`
	Reason   string `json:"reason"`
}

// HoldPlaced says that money was set aside. The postings are available to held.
type HoldPlaced struct {
	HoldID   string       `json:"hold_id"`
	WalletID string       `json:"wallet_id"`
	Amount   ledger.Money `json:"amount"`
	Payee
	Description string            `json:"description,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
}

// HoldCaptured says that a part of the hold, or all of it, was paid to the payee named here. The
// postings are held to the payee.
type HoldCaptured struct {
	HoldID   string       `json:"hold_id"`
	WalletID string       `json:"wallet_id"`
	Amount   ledger.Money `json:"amount"`
	Payee
	HoldFigures
}

// HoldReleased says that what remained of the hold went back. The postings are held to available.
type HoldReleased struct {
	HoldID   string       `json:"hold_id"`
	WalletID string       `json:"wallet_id"`
	Amount   ledger.Money `json:"amount"`
	HoldFigures
}

// HoldFigures is how a hold stands after an event, in the hold's asset at its scale. The events
// carry it so that each, with the one that placed the hold, says all there is to know of it.
type HoldFigures struct {
	Captured  string     `json:"captured"`
	Released  string     `json:"released"`
	Remaining string     `json:"remaining"`
	Status    HoldStatus `json:"status"`
}

// Register tells r what wallets decide, evolve, record and refuse. It needs the ledger's own
// registration beside it.
func Register(r *journal.Registry) {
	journal.Decides(r, CommandOpenWallet, decideOpenWallet)
	journal.Decides(r, CommandPlaceHold, decidePlaceHold)
	journal.Decides(r, CommandCaptureHold, decideCaptureHold)
	journal.Decides(r, CommandReleaseHold, decideReleaseHold)

	journal.Records[Opened](r, TypeWalletOpened, 1, nil)
	journal.Records[Frozen](r, TypeWalletFrozen, 1, nil)
	journal.Records[HoldPlaced](r, TypeHoldPlaced, 1, nil)
	journal.Records[HoldCaptured](r, TypeHoldCaptured, 1, nil)
	journal.Records[HoldReleased](r, TypeHoldReleased, 1, nil)

	journal.Holds(r, Wallets())
	journal.Holds(r, holds())

	r.Evolves(evolve)
	r.Refuses(refusals()...)
}

// evolve keeps what the writer must know of wallets and holds.
func evolve(s *journal.Scope, e *journal.Event) {
	switch e.Type {
	case TypeWalletOpened, TypeWalletFrozen, TypeHoldPlaced, TypeHoldCaptured, TypeHoldReleased:
	default:
		return
	}
	if err := s.Registry().Decode(e); err != nil {
		// State that passed over a fact would be wrong for ever.
		panic(fmt.Sprintf("wallet: evolve: %v", err))
	}
	switch body := e.Body.(type) {
	case Opened:
		Wallets().Put(s, body.WalletID, State{Owner: body.Owner, Status: StatusOpen})
	case Frozen:
		w, _ := Wallets().Get(s, body.WalletID)
		w.Status = StatusFrozen
		Wallets().Put(s, body.WalletID, w)
	case HoldPlaced:
		holds().Put(s, body.HoldID, placed(body))
	case HoldCaptured:
		evolveHold(s, body.HoldID, body.HoldFigures)
	case HoldReleased:
		evolveHold(s, body.HoldID, body.HoldFigures)
	}
}
