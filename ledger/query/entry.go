package query

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/journal"
)

// Order is an order of entries.
type Order string

// The orders of entries.
const (
	ByRecorded  Order = "recorded"
	ByEffective Order = "effective"
)

// Entry is a posting seen from its account.
type Entry struct {
	Posting     journal.Posting
	Transaction string // txn_… id
	Position    int64
	Line        int
	Number      int64
	Type        string
	EffectiveAt time.Time
	RecordedAt  time.Time
	Reference   string
	Description string
	// Balance is that of the account in the asset after this entry in the order asked for, on the
	// account's normal side.
	Balance decimal.Decimal
}

// EntryPlace is where a page of entries ends. The zero value is the top.
type EntryPlace struct {
	EffectiveAt time.Time
	Position    int64
	Line        int
}

// EntryFilter selects entries of an account, newest first.
type EntryFilter struct {
	Ledger, Address string
	// Assets are those to show; an account has as many running balances.
	Assets []string
	Order  Order
	// From (inclusive) and Until (exclusive) bound the time that Order goes by; zero for open.
	From, Until time.Time
	Before      EntryPlace
	// UpTo is the last position that counts: one that the projections have reached which the filter
	// and its assets are read from. Lines and balances are those of that moment; 0 shows nothing.
	UpTo  int64
	Limit int
}
