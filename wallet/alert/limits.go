package alert

import "time"

// The limits of alerts. Each says what it protects.
const (
	// MaxAlerts is how many alerts a wallet has at most: all of them are looked at with each transaction of
	// the wallet, stand in one row of decision state, and may fire by one transaction.
	MaxAlerts = 20
	// MaxFirings is how often an alert fires at most within FiringTime of the first time: a balance that
	// swings about its mark fills neither the journal nor anybody's mailbox.
	MaxFirings = 10
	FiringTime = time.Minute
	// page is how many wallets with alerts are read at once when a watcher begins.
	page = 5_000
)
