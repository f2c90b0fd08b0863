package wallet

import (
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// placed is a hold as it was placed.
func placed(body HoldPlaced) hold {
	amount := Figure(body.Amount.Amount)
	zero := journal.FormatAmount(amount.Sub(amount)) // with the decimals of the amount
	return hold{
		Wallet: body.WalletID, Asset: body.Amount.Asset, Amount: body.Amount.Amount,
		Captured: zero, Released: zero, Status: HoldOpen, ExpiresAt: body.ExpiresAt, Payee: body.Payee,
	}
}

// evolveHold notes how a hold stands.
func evolveHold(s *journal.Scope, id string, f HoldFigures) {
	h, _ := holds().Get(s, id)
	if h.Status == HoldOpen && f.Status != HoldOpen && !h.ExpiresAt.IsZero() {
		dropExpiring(s, h.Wallet, h.Page, DueHold{id, h.ExpiresAt})
	}
	h.Captured, h.Released, h.Status = f.Captured, f.Released, f.Status
	holds().Put(s, id, h)
}

// Hold is a hold as it is shown. Its sums are at the asset's scale.
type Hold struct {
	ID       string
	WalletID string
	Amount   ledger.Money
	Payee
	// ExpiresAt is when what remains goes back by itself; zero for never.
	ExpiresAt   time.Time
	Description string
	Metadata    map[string]string
	HoldFigures
	// CreatedAt is when it was placed.
	CreatedAt time.Time
	// Version is the position of the last event that changed it.
	Version int64
}

// ShowHold shows a hold as an event left it: the one that placed it, which its id names, or a later
// one of its own. Both have been decoded. So an answer can be given again, word for word, from
// events alone.
//
// Errors: the events are of other types, or of two holds.
func ShowHold(placing, last *journal.Event) (Hold, error) {
	body, ok := placing.Body.(HoldPlaced)
	if !ok {
		return Hold{}, fmt.Errorf("wallet: event %d is a %s, want %s", placing.Position, placing.Type, TypeHoldPlaced)
	}
	h := Hold{
		ID: body.HoldID, WalletID: body.WalletID, Amount: body.Amount, Payee: body.Payee, ExpiresAt: body.ExpiresAt,
		Description: body.Description, Metadata: body.Metadata, HoldFigures: placed(body).figures(),
		CreatedAt: placing.RecordedAt, Version: last.Position,
	}
	id := ""
	switch b := last.Body.(type) {
	case HoldPlaced:
		id = b.HoldID
	case HoldIncreased:
		id, h.HoldFigures = b.HoldID, b.HoldFigures
	case HoldCaptured:
		id, h.HoldFigures = b.HoldID, b.HoldFigures
	case HoldReleased:
		id, h.HoldFigures = b.HoldID, b.HoldFigures
	case HoldExpired:
		id, h.HoldFigures = b.HoldID, b.HoldFigures
	}
	if id != h.ID {
		return Hold{}, fmt.Errorf("wallet: event %d is a %s and not of hold %s", last.Position, last.Type, h.ID)
	}
	h.Amount.Amount = h.whole() // it may have been increased
	return h, nil
}
