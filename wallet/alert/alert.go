package alert

import (
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger/journal"
)

const alertPrefix = "alr"

// Alert is an alert as it is shown.
type Alert struct {
	ID       string
	WalletID string
	Asset    string
	Bound
	// Fired is how often it fired, LastFiredAt when the transaction was recorded that fired it last; zero for
	// never.
	Fired       int64
	LastFiredAt time.Time
	// CreatedAt is when it was made.
	CreatedAt time.Time
	// Version is the position of the last event that changed it.
	Version int64
}

// Show shows an alert as the event that made it left it. The event has been decoded. Errors: it is of another
// type.
func Show(e *journal.Event) (Alert, error) {
	body, ok := e.Body.(Created)
	if !ok {
		return Alert{}, fmt.Errorf("alert: event %d is a %s, want %s", e.Position, e.Type, TypeCreated)
	}
	return Alert{
		ID: body.AlertID, WalletID: body.WalletID, Asset: body.Asset, Bound: body.Bound, CreatedAt: e.RecordedAt, Version: e.Position,
	}, nil
}
