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

// checkBalanced holds debits against credits in every asset.
func checkBalanced(ps []journal.Posting) error {
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
	var off Imbalance
	for _, s := range sums {
		if s.debits.Cmp(s.credits) != 0 {
			off.Excess = append(off.Excess, Money{Amount: format(s.debits.Sub(s.credits)), Asset: s.asset})
		}
	}
	if off.Excess == nil {
		return nil
	}
	return ErrUnbalanced.At("/postings").With(off)
}
