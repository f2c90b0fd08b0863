package query

import (
	"time"

	"github.com/florinledger/florin/wallet/withdrawal"
)

// WithdrawalFilter selects withdrawals, newest first. Empty fields select all.
type WithdrawalFilter struct {
	WalletID string
	// Owner is whose wallets they are from.
	Owner  string
	Status withdrawal.Status
	// From and Until bound when they were requested: at or after, and before.
	From, Until time.Time
	// Before is the position of the last withdrawal of the page before; Limit the most that come back.
	Before int64
	Limit  int
}

// FoundWithdrawal is where in the journal a withdrawal is shown: the event that requested it, and the last of its
// own, which is the same until there is another.
type FoundWithdrawal struct{ Requested, Last int64 }
