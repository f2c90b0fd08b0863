package recon

import (
	"time"

	"github.com/shopspring/decimal"
)

// Money is an amount of an asset, of either sign.
type Money struct {
	Asset  string
	Amount decimal.Decimal
}

// Line is a line of a statement: what the provider holds changes by Amount less Fee.
type Line struct {
	// ID is the provider's; At is when it made the line.
	ID string
	At time.Time
	// Asset is the one that it is in, Amount below zero for what was taken, and Fee what the provider took besides.
	Asset       string
	Amount, Fee decimal.Decimal
	// Type is the provider's word for it, and Reference its id of what that is of, if there is one.
	Type, Reference string
	// Of names what it is of, as [Entry.Of] does: lines and entries of one thing belong together. A line of nothing is of
	// itself.
	Of string
	// Paid is what it is in the books before it is settled: the same amount, or one in the asset that was paid with. It has no
	// asset where the line alone tells of it.
	Paid Money
	// Stage is how far a payout has come by now, of its first line; else empty.
	Stage string
	// Fault says why the books cannot take the line, where they cannot read it.
	Fault string
}

// Net is what the line changes.
func (l *Line) Net() decimal.Decimal { return l.Amount.Sub(l.Fee) }

// Entry is what the books have on the clearing account of one transaction, or that they have a line which needed none.
type Entry struct {
	// Position is the event's, Type its type, Transaction the id of what it posted, if it did.
	Position    int64
	Type        string
	Transaction string
	// At is when it counts.
	At time.Time
	// Of names what it is of, as [Line.Of] does; empty: it was made by hand, or by what knows no provider.
	Of string
	// Line is the id of the line that it was made of, if it was, and Said what that said then.
	Line string
	Said Said
	// Changes are what it adds to the account, an asset once.
	Changes []Money
	// Stage is how far it says that a payout has come.
	Stage string
}

// Said is what an entry has of the line that it was made of.
type Said struct {
	Asset       string
	Amount, Fee decimal.Decimal
}

// change is what the entry adds in an asset.
func (e *Entry) change(asset string) decimal.Decimal {
	for _, c := range e.Changes {
		if c.Asset == asset {
			return c.Amount
		}
	}
	return decimal.Zero
}

// sums are amounts by asset.
type sums map[string]decimal.Decimal

func (s sums) add(asset string, amount decimal.Decimal) { s[asset] = s[asset].Add(amount) }

func (s sums) addAll(changes []Money) {
	for _, c := range changes {
		s.add(c.Asset, c.Amount)
	}
}

func (s sums) subAll(changes []Money) {
	for _, c := range changes {
		s.add(c.Asset, c.Amount.Neg())
	}
}

// left are those that are not zero, in the order of their assets.
func (s sums) left() []Money {
	var out []Money
	for _, asset := range sorted(s) {
		if !s[asset].IsZero() {
			out = append(out, Money{asset, s[asset]})
		}
	}
	return out
}
