package ledger

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/journal"
)

// Imbalance is by how much postings do not balance: the members of ErrUnbalanced.
type Imbalance struct {
	// Excess is debits less credits of every asset in which they differ.
	Excess []Money `json:"excess"`
}

// Excess returns debits less credits of t in every asset in which they differ; none when t balances.
// It asks nothing of the books: whoever prepares transactions can tell before sending them.
//
// Errors: those of the first amount or side that cannot be read, as [NewTransaction.Validate] says.
func (t *NewTransaction) Excess() ([]Money, error) {
	ps := make([]journal.Posting, len(t.Postings))
	for i, l := range t.Postings {
		amount, err := ParseAmount(l.Amount)
		if err != nil {
			return nil, err
		}
		side, ok := parseSide(l.Side)
		if !ok {
			return nil, formError(sideForm)
		}
		ps[i] = journal.Posting{Side: side, Amount: amount, Asset: l.Asset}
	}
	return excess(ps), nil
}

// checkBalanced holds debits against credits in every asset.
func checkBalanced(ps []journal.Posting) error {
	off := excess(ps)
	if off == nil {
		return nil
	}
	return ErrUnbalanced.At("/postings").With(Imbalance{Excess: off})
}

// excess is debits less credits of every asset in which they differ.
func excess(ps []journal.Posting) (off []Money) {
	// Debits and credits are summed apart: most transactions then need no arithmetic at all.
	type sum struct {
		asset           string
		debits, credits decimal.Decimal
	}
	sums := make([]sum, 0, 2)
	for i := range ps {
		at := slices.IndexFunc(sums, func(s sum) bool { return s.asset == ps[i].Asset })
		if at < 0 {
			at = len(sums)
			sums = append(sums, sum{asset: ps[i].Asset})
		}
		column := &sums[at].credits
		if ps[i].Side == journal.Debit {
			column = &sums[at].debits
		}
		addTo(column, ps[i].Amount)
	}
	for _, s := range sums {
		if s.debits.Cmp(s.credits) != 0 {
			off = append(off, Money{Amount: format(s.debits.Sub(s.credits)), Asset: s.asset})
		}
	}
	return off
}
