package query

import (
	"time"

	"github.com/shopspring/decimal"
)

// TransactionFilter selects transactions of a ledger, newest recorded first. Empty fields select all.
type TransactionFilter struct {
	Ledger string
	// Account is an exact address. Under is an address that the account lies below.
	Account, Under string
	Reference      string
	Type           string
	Asset          string
	// AtLeast and AtMost bound the amount of some posting in Asset, which must then be set.
	AtLeast, AtMost *decimal.Decimal
	// From (inclusive) and Until (exclusive) bound the effective time, RecordedFrom and
	// RecordedUntil the recorded time.
	From, Until                 time.Time
	RecordedFrom, RecordedUntil time.Time
	Metadata                    map[string]string
	// Before is the position of the last one of the page before; 0 for the top.
	Before int64
	// UpTo is the last position that counts: one that all projections of the books have reached. 0
	// shows nothing.
	UpTo  int64
	Limit int
}

// Found says where a transaction is.
type Found struct {
	Position int64
	// ReversedBy is the id of the transaction that reversed it; empty while none did.
	ReversedBy string
	// Term is the term of office that the journal was in. Terms only go up, also over a loss that was
	// accepted, and within one the journal only grows: Term and Position name one event for ever.
	Term int64
}
