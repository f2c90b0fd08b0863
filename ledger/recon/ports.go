package recon

import (
	"context"
	"time"
)

// Statement is what a provider has.
type Statement interface {
	// Lines calls each for every line that was made from a time on and before another, in any order. It returns each's
	// error, or a fault. What it cannot read is a line with a fault, and none that is left out.
	Lines(ctx context.Context, from, until time.Time, each func(Line) error) error
}

// Books is what the journal has.
type Books interface {
	// Entries calls each for every entry that was recorded from a time on, in the order of the journal, and returns what the
	// account holds after them, and the position that they were read at: all as of one moment.
	Entries(ctx context.Context, from time.Time, each func(Entry) error) (balances []Money, position int64, err error)
}

// Runs keeps runs and their breaks.
type Runs interface {
	// Ask asks for a run, once for each request, which may be zero for one that nobody repeats; again says that it was asked
	// for before. Errors: ErrReused.
	Ask(ctx context.Context, r Run, request [16]byte) (asked Run, again bool, err error)
	// Next takes the oldest run that is asked for, or was left unfinished; ok is false where there is none.
	Next(ctx context.Context) (r Run, ok bool, err error)
	// End keeps what came of a run, with its breaks, at once.
	End(ctx context.Context, r Run, breaks []Break) error
	// Nights returns the days from a time on that a source is reconciled for by night, or will be, in their order, and when
	// a night failed last, zero for never.
	Nights(ctx context.Context, source string, from time.Time) (days []time.Time, failed time.Time, err error)
}
