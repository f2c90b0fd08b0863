package recon

import (
	"fmt"
	"time"
)

// Stripe is the source whose statement are the balance transactions of a Stripe account.
const Stripe = "stripe"

// Status says how far a run is.
type Status string

// The states of a run.
const (
	// Queued: it is asked for.
	Queued Status = "queued"
	// Running: a process is at it; if that ends, another begins it again.
	Running Status = "running"
	// Done: its figures and breaks are there.
	Done Status = "done"
	// Failed: it came to nothing; Fault says why.
	Failed Status = "failed"
)

// Period is from a time until another, which is not in it.
type Period struct{ From, Until time.Time }

// Validate reports whether a period can be reconciled at a time. Errors: ErrPeriod.
func (p Period) Validate(now time.Time) error {
	switch {
	case !p.From.Before(p.Until):
		return fmt.Errorf("%w: it has to begin before it ends", ErrPeriod)
	case p.Until.Sub(p.From) > MaxPeriod:
		return fmt.Errorf("%w: it is longer than %d days", ErrPeriod, int(MaxPeriod.Hours()/24))
	case p.Until.After(now):
		return fmt.Errorf("%w: it is not over yet", ErrPeriod)
	}
	return nil
}

// Run is a period that is, or was, reconciled.
type Run struct {
	// ID is a rec_… text.
	ID     string
	Source string
	Period
	// Actor is who asked for it, and Nightly that the service did by itself.
	Actor   string
	Nightly bool
	Status  Status
	// Fault says why a failed one came to nothing.
	Fault                         string
	CreatedAt, StartedAt, EndedAt time.Time
	// Position is how far the journal was; 0 until it is done.
	Position int64
	// Lines, Entries and Matched are those of the report, Breaks how many there are in all, and Reasons of each kind.
	Lines, Entries, Matched, Breaks int
	Reasons                         map[Reason]int
	Assets                          []Figures
}

// take has the run say what a report says.
func (r *Run) take(report *Report, position int64) {
	r.Position = position
	r.Lines, r.Entries, r.Matched, r.Breaks = report.Lines, report.Entries, report.Matched, len(report.Breaks)
	r.Reasons, r.Assets = report.Reasons(), report.Assets
}
