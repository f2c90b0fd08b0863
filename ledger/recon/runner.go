package recon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

const (
	// Night is who asks for the runs of each night.
	Night = "florin:reconciliations"
	// nightAgain is when the run of a night is asked for again that has failed.
	nightAgain = time.Hour
	// nightPatience is for how many days a night that nobody was there for is made good.
	nightPatience = 7
	// nightMemory is how long ago the last night may be that others follow.
	nightMemory = 365 * 24 * time.Hour
)

// Runner makes reports.
type Runner struct {
	statement Statement
	books     Books
	log       *slog.Logger
	now       func() time.Time
}

// NewRunner returns a runner over the two sides.
func NewRunner(statement Statement, books Books, log *slog.Logger, now func() time.Time) *Runner {
	return &Runner{statement, books, log, now}
}

// Reconcile makes the report of a run's period, and has the run say what came of it.
//
// Errors: ErrTooMany, ErrUnexplained, or a fault of either side.
func (r *Runner) Reconcile(ctx context.Context, run *Run) (*Report, error) {
	run.StartedAt = r.now()
	m := NewMatcher(run.From, run.Until, run.StartedAt)
	// The statement first: what is booked in the meantime is found in the books, which are read as they are afterwards.
	if err := r.statement.Lines(ctx, run.From.Add(-Edge), run.Until.Add(Edge), m.Line); err != nil {
		return nil, err
	}
	balances, position, err := r.books.Entries(ctx, run.From.Add(-Edge), m.Entry)
	if err != nil {
		return nil, err
	}
	report := m.Report(balances)
	if err := report.Check(); err != nil {
		return nil, err
	}
	run.take(report, position)
	run.Status, run.EndedAt = Done, r.now()
	return report, nil
}

// Work does all runs that are asked for. One that comes to nothing is kept as failed; the error is one of keeping.
func (r *Runner) Work(ctx context.Context, runs Runs) error {
	for {
		run, ok, err := runs.Next(ctx)
		if err != nil || !ok {
			return err
		}
		report, err := r.Reconcile(ctx, &run)
		if ctx.Err() != nil {
			return ctx.Err() // whoever is there next begins it again
		}
		if err != nil {
			r.log.Error("a reconciliation came to nothing", "run", run.ID, "of", run.Source, "error", err)
			run.Status, run.Fault, run.EndedAt, report = Failed, reasonOf(err), r.now(), &Report{}
		}
		if err := runs.End(ctx, run, report.Breaks); err != nil {
			return err
		}
		if run.Breaks > 0 {
			r.log.Warn("the statement and the books do not agree", "run", run.ID, "of", run.Source, "breaks", run.Breaks)
		}
	}
}

// reasonOf is what is shown of a fault to who asked: the log has the rest.
func reasonOf(err error) string {
	for _, known := range []error{ErrTooMany, ErrUnexplained} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "The statement or the books could not be read; the log says why."
}

// Nights asks for the runs of the nights that are over: each day of a source, from an hour of the next one on. Nights that
// nobody was there for are made good, a week of them at most; the first of all is the last one. One that failed is asked for
// again an hour later.
func (r *Runner) Nights(ctx context.Context, runs Runs, source string, hour int) error {
	now := r.now().UTC()
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	if now.Before(today.Add(time.Duration(hour) * time.Hour)) {
		today = today.AddDate(0, 0, -1)
	}
	first := today.AddDate(0, 0, -nightPatience)
	days, failed, err := runs.Nights(ctx, source, today.Add(-nightMemory))
	if err != nil || now.Sub(failed) < nightAgain {
		return err
	}
	switch {
	case len(days) == 0:
		first = today.AddDate(0, 0, -1)
	case days[0].After(first):
		first = days[0]
	}
	for day := first; day.Before(today); day = day.AddDate(0, 0, 1) {
		if slices.ContainsFunc(days, day.Equal) {
			continue
		}
		run := Run{Source: source, Period: Period{day, day.AddDate(0, 0, 1)}, Actor: Night, Nightly: true}
		if _, _, err := runs.Ask(ctx, run, [16]byte{}); err != nil {
			return fmt.Errorf("ask for the reconciliation of %s: %w", day.Format(time.DateOnly), err)
		}
	}
	return nil
}
