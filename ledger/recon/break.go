package recon

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Reason says why a line and the books do not agree.
type Reason string

// The reasons.
const (
	// MissingInJournal: the provider has the line, and the books have nothing of it.
	MissingInJournal Reason = "missing-in-journal"
	// MissingAtProvider: the books have the entry, and the provider has no line for it.
	MissingAtProvider Reason = "missing-at-provider"
	// AmountDiffers: both have it, with another amount.
	AmountDiffers Reason = "amount-differs"
	// AssetDiffers: both have it, in another asset.
	AssetDiffers Reason = "asset-differs"
	// FeeDiffers: both have it, with another fee, or the books have none.
	FeeDiffers Reason = "fee-differs"
	// Duplicate: the books have it twice.
	Duplicate Reason = "duplicate"
	// StageDiffers: a payout has come to another stage than the books have it at. It is no difference of the clearing
	// account, but of what is on its way, or at the bank.
	StageDiffers Reason = "stage-differs"
	// Timing: it is matched beyond the edge of the period, or too young to be judged.
	Timing Reason = "timing"
)

// Reasons are all of them.
func Reasons() []Reason {
	return []Reason{MissingInJournal, MissingAtProvider, AmountDiffers, AssetDiffers, FeeDiffers, Duplicate, StageDiffers, Timing}
}

// Break is what a line and the books do not agree about.
type Break struct {
	Reason Reason
	// At is when what it is about happened.
	At time.Time
	// Of names what it is of; Line and LineType say which line, and Entry, Position and Transaction which entry, as far as
	// there is one.
	Of          string
	Line        string
	LineType    string
	Entry       string
	Position    int64
	Transaction string
	// Difference is what the books have more than the provider because of it, an asset once; below zero: less.
	Difference []Money
	// Detail says it in words.
	Detail string
}

// about is a break of a line and an entry, either of which may be nil.
func about(reason Reason, l *Line, e *Entry, detail string, difference ...Money) Break {
	b := Break{Reason: reason, Detail: detail}
	if e != nil {
		b.At, b.Of, b.Entry, b.Position, b.Transaction = e.At, e.Of, e.Type, e.Position, e.Transaction
	}
	if l != nil {
		b.At, b.Of, b.Line, b.LineType = l.At, l.Of, l.ID, l.Type
	}
	all := sums{}
	all.addAll(difference)
	b.Difference = all.left()
	return b
}

// orderBreaks puts them in the order of time.
func orderBreaks(all []Break) {
	slices.SortStableFunc(all, func(a, b Break) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Position, b.Position), cmp.Compare(a.Reason, b.Reason))
	})
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
