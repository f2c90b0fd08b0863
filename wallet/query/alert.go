package query

import "github.com/florinledger/florin/wallet/alert"

// Alert is an alert, and whose the wallet is.
type Alert struct {
	alert.Alert
	Owner string
}

// AlertFilter selects alerts, newest first. Empty fields select all.
type AlertFilter struct {
	// WalletID is the wallet, Owner whose it is: the first that is set counts.
	WalletID, Owner string
	// After is the id of the last alert of the page before; Limit the most that come back.
	After string
	Limit int
}
