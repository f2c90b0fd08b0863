package recon

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// Report is what came of a period.
type Report struct {
	// Lines and Entries are how many of each there are in the period, Matched how many lines the books have as they are.
	Lines, Entries, Matched int
	Assets                  []Figures
	// Breaks are in the order of time.
	Breaks []Break

	taken int // entries, with those beyond the edges
}

// Figures are those of a period in one asset.
type Figures struct {
	Asset string
	// Opening and Closing are what the books had at the edges of the period, and Booked what they moved between.
	Opening, Booked, Closing decimal.Decimal
	// Stated is what the lines come to.
	Stated decimal.Decimal
	// Difference is Booked less Stated, and Explained what the breaks come to.
	Difference, Explained decimal.Decimal
}

// Check holds the differences against the breaks. Errors: ErrUnexplained.
func (r *Report) Check() error {
	for _, f := range r.Assets {
		if !f.Difference.Equal(f.Explained) {
			return fmt.Errorf("%w: %s differ by %s, and the breaks by %s", ErrUnexplained, f.Asset, f.Difference, f.Explained)
		}
	}
	return nil
}

// Reasons counts the breaks by their reasons.
func (r *Report) Reasons() map[Reason]int {
	n := map[Reason]int{}
	for _, b := range r.Breaks {
		n[b.Reason]++
	}
	return n
}

// Open is how many breaks somebody has to look at: those of timing end by themselves.
func (r *Run) Open() int { return r.Breaks - r.Reasons[Timing] }
