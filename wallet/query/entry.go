package query

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/query"
)

// Entry is what one transaction did to a wallet in one asset: what it added to each part, and what stood
// there after it in the order asked for. Money that only moves between parts leaves the totals alone.
type Entry struct {
	Transaction string // txn_… id
	Position    int64
	// Line tells the entries of a transaction in several assets apart, in the order of their codes.
	Line        int
	Number      int64
	Type        string
	EffectiveAt time.Time
	RecordedAt  time.Time
	Asset       string
	Reference   string
	Description string
	// Hold is the hold that it is about; empty for none, or for one of which the wallet need not know: it is
	// the business of who pays and who was named to be paid.
	Hold string
	// Counterparties are the other wallets that the transaction is about, in the order of its postings. Who is
	// paid by a split is not told of the others.
	Counterparties []string
	// Changes and Balances are in the entry's asset, at its scale.
	Changes, Balances Balance
}

// EntryFilter selects entries of a wallet, newest first.
type EntryFilter struct {
	Wallet string
	// Asset is the one to show; empty for all.
	Asset string
	Order query.Order
	// From (inclusive) and Until (exclusive) bound the time that Order goes by; zero for open.
	From, Until time.Time
	// Before is where the page before ended.
	Before query.EntryPlace
	// UpTo is the last position that counts: one that the projections accounts, entries and wallets have
	// reached. Entries and balances are those of that moment; 0 shows nothing.
	UpTo  int64
	Limit int
}

// Total is all that the wallet holds.
func (b Balance) Total() decimal.Decimal {
	return b.Available.Add(b.Held).Add(b.Pending).Add(b.Disputed)
}

// Plus is the sum of two balances in one asset.
func (b Balance) Plus(other Balance) Balance {
	return Balance{
		Asset: b.Asset, Available: b.Available.Add(other.Available), Held: b.Held.Add(other.Held),
		Pending: b.Pending.Add(other.Pending), Disputed: b.Disputed.Add(other.Disputed),
	}
}

// Minus takes another balance in the same asset away.
func (b Balance) Minus(other Balance) Balance {
	return Balance{
		Asset: b.Asset, Available: b.Available.Sub(other.Available), Held: b.Held.Sub(other.Held),
		Pending: b.Pending.Sub(other.Pending), Disputed: b.Disputed.Sub(other.Disputed),
	}
}

// Equal reports whether all parts are the same amounts.
func (b Balance) Equal(other Balance) bool {
	return b.Asset == other.Asset && b.Available.Equal(other.Available) && b.Held.Equal(other.Held) &&
		b.Pending.Equal(other.Pending) && b.Disputed.Equal(other.Disputed)
}
