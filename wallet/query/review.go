package query

import "github.com/florinledger/florin/wallet/payment"

// ReviewFilter selects reviews of payments, newest first. Empty fields select all.
type ReviewFilter struct {
	Status   payment.ReviewStatus
	WalletID string
	// Before is the position of the last review of the page before; Limit the most that come back.
	Before int64
	Limit  int
}

// FoundReview is where in the journal a review is shown: the event that opened it, the one that created its payment, and the
// one that ended it (0 for none).
type FoundReview struct{ Opened, Created, Decided int64 }
