package alert

import "github.com/florinledger/florin/ledger/journal"

// The refusals of alerts. Wallets and the ledger add their own.
var (
	// ErrAlertNotFound: there is no such alert (any more), or it is somebody else's.
	ErrAlertNotFound = journal.Refuse("alert-not-found", "There is no such alert.")
	// ErrTooManyAlerts: the wallet has MaxAlerts. Members: [Limit].
	ErrTooManyAlerts = journal.Refuse("too-many-alerts", "The wallet has as many alerts as it may have.")
)

// Limit is how many alerts a wallet may have: the members of ErrTooManyAlerts.
type Limit struct {
	Limit int `json:"limit"`
}
