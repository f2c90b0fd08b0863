package alert

import (
	"fmt"
	"slices"
	"time"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// The types of the events of alerts. Their shapes at schema 1 are frozen in testdata/events.
const (
	TypeCreated = "alert-created"
	TypeDeleted = "alert-deleted"
	TypeFired   = "alert-fired"
)

// Created says that there is an alert. The mark is at the asset's scale.
type Created struct {
	AlertID  string `json:"alert_id"`
	WalletID string `json:"wallet_id"`
	Asset    string `json:"asset"`
	Bound
}

// Deleted says that there is an alert no more.
type Deleted struct {
	AlertID  string `json:"alert_id"`
	WalletID string `json:"wallet_id"`
}

// Fired says that a transaction took what is available in the wallet across the mark.
type Fired struct {
	AlertID  string `json:"alert_id"`
	WalletID string `json:"wallet_id"`
	Asset    string `json:"asset"`
	Bound
	// Balance is what was available after the transaction.
	Balance string `json:"balance"`
	// TransactionID and Position name the transaction, and At is when it was recorded.
	TransactionID string    `json:"transaction_id"`
	Position      int64     `json:"position"`
	At            time.Time `json:"at"`
}

// Register tells r what alerts decide, evolve, record and refuse. It needs the registrations of ledger and
// wallet beside it.
func Register(r *journal.Registry) {
	journal.Decides(r, CommandCreateAlert, decideCreate)
	journal.Decides(r, CommandDeleteAlert, decideDelete)
	journal.Decides(r, CommandFireAlerts, decideFire)

	journal.Records[Created](r, TypeCreated, 1, nil)
	journal.Records[Deleted](r, TypeDeleted, 1, nil)
	journal.Records[Fired](r, TypeFired, 1, nil)

	journal.Holds(r, Standings())

	r.Evolves(evolve)
	r.Refuses(ErrAlertNotFound, ErrTooManyAlerts)
}

// IsType reports whether an event is one of this package.
func IsType(eventType string) bool {
	switch eventType {
	case TypeCreated, TypeDeleted, TypeFired:
		return true
	}
	return false
}

// evolve keeps the alerts of each wallet, until its end.
func evolve(s *journal.Scope, e *journal.Event) {
	if !IsType(e.Type) && e.Type != wallet.TypeWalletClosed {
		return
	}
	if err := s.Registry().Decode(e); err != nil {
		// State that passed over a fact would be wrong for ever.
		panic(fmt.Sprintf("alert: evolve: %v", err))
	}
	change := func(walletID string, f func(list []Standing) []Standing) {
		list, _ := Standings().Get(s, walletID)
		Standings().Put(s, walletID, f(list))
	}
	switch body := e.Body.(type) {
	case Created:
		change(body.WalletID, func(list []Standing) []Standing { return append(slices.Clone(list), standing(e, body)) })
	case Deleted:
		change(body.WalletID, func(list []Standing) []Standing { return without(list, body.AlertID) })
	case Fired:
		change(body.WalletID, func(list []Standing) []Standing {
			return with(list, body.AlertID, func(a Standing) Standing { return a.firedBy(body.Position, body.At) })
		})
	case wallet.Closed:
		if list, _ := Standings().Get(s, body.WalletID); len(list) > 0 {
			Standings().Put(s, body.WalletID, []Standing{})
		}
	}
}

// standing is an alert as it was made.
func standing(e *journal.Event, c Created) Standing {
	return Standing{ID: c.AlertID, Asset: c.Asset, Bound: c.Bound, Since: e.Position}
}
