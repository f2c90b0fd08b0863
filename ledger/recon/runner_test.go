package recon

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fakeRuns are runs in memory.
type fakeRuns struct {
	runs   []Run
	breaks map[int]int
}

func (f *fakeRuns) Ask(_ context.Context, r Run, _ [16]byte) (Run, bool, error) {
	r.Status = Queued
	f.runs = append(f.runs, r)
	return r, false, nil
}

func (f *fakeRuns) Next(context.Context) (Run, bool, error) {
	for _, r := range f.runs {
		if r.Status == Queued {
			return r, true, nil
		}
	}
	return Run{}, false, nil
}

func (f *fakeRuns) End(_ context.Context, r Run, breaks []Break) error {
	for i := range f.runs {
		if f.runs[i].From.Equal(r.From) && f.runs[i].Status == Queued {
			f.runs[i], f.breaks[i] = r, len(breaks)
			return nil
		}
	}
	return errors.New("no such run")
}

func (f *fakeRuns) Nights(_ context.Context, _ string, from time.Time) (days []time.Time, failed time.Time, err error) {
	for _, r := range f.runs {
		switch {
		case r.Status == Failed:
			failed = r.EndedAt
		case !r.From.Before(from):
			days = append(days, r.From)
		}
	}
	return days, failed, nil
}

func (f *fakeRuns) days() (days []string) {
	for _, r := range f.runs {
		days = append(days, r.From.Format(time.DateOnly)+" "+string(r.Status))
	}
	return days
}

// sides are a statement and books, or what goes wrong with them.
type sides struct {
	lines   []Line
	entries []Entry
	err     error
}

func (s *sides) Lines(_ context.Context, from, until time.Time, each func(Line) error) error {
	for _, l := range s.lines {
		if !l.At.Before(from) && l.At.Before(until) {
			if err := each(l); err != nil {
				return err
			}
		}
	}
	return s.err
}

func (s *sides) Entries(_ context.Context, _ time.Time, each func(Entry) error) (balances []Money, position int64, err error) {
	for _, e := range s.entries {
		balances = append(balances, e.Changes...)
		if err := each(e); err != nil {
			return nil, 0, err
		}
	}
	return balances, 7, nil
}

// A night is asked for once, when its hour has come; those that nobody was there for are made good, and one that failed is
// tried again an hour later.
func TestNights(t *testing.T) {
	t.Parallel()
	runs, both, now := &fakeRuns{breaks: map[int]int{}}, &sides{}, minute(60*48+174)
	r := NewRunner(both, both, slog.New(slog.DiscardHandler), func() time.Time { return now })
	night := func(hours, minutes int) {
		t.Helper()
		now = minute(60*hours + minutes)
		for range 2 {
			require.NoError(t, r.Nights(t.Context(), runs, Stripe, 3))
			require.NoError(t, r.Work(t.Context(), runs))
		}
	}
	night(48, 174)
	assert.Equal(t, []string{"2026-03-04 done"}, runs.days(), "the night before: it is not three yet")
	night(48, 180)
	assert.Equal(t, []string{"2026-03-04 done", "2026-03-05 done"}, runs.days())
	night(96, 180)
	assert.Equal(t, []string{"2026-03-06 done", "2026-03-07 done"}, runs.days()[2:])
	both.err = errors.New("stripe is away")
	night(120, 180)
	night(120, 234)
	assert.Equal(t, []string{"2026-03-08 failed"}, runs.days()[4:])
	assert.Equal(t, "The statement or the books could not be read; the log says why.", runs.runs[4].Fault)
	both.err = nil
	night(120, 240)
	assert.Equal(t, []string{"2026-03-08 failed", "2026-03-08 done"}, runs.days()[4:])
	night(480, 180)
	assert.Equal(t, []string{"2026-03-17 done", "2026-03-23 done"}, []string{runs.days()[6], runs.days()[len(runs.runs)-1]}, "a week at most")
	assert.Len(t, runs.runs, 13)
}

// A run says what came of it.
func TestWork(t *testing.T) {
	t.Parallel()
	fee := line("txn_f", "-7.00", "0")
	both := &sides{lines: []Line{fee, line("txn_2", "1.00", "0")}, entries: []Entry{settled(fee, money("-7.00", "USD"))}}
	runs := &fakeRuns{breaks: map[int]int{}}
	r := NewRunner(both, both, slog.New(slog.DiscardHandler), func() time.Time { return hour(48) })
	_, _, err := runs.Ask(t.Context(), Run{Source: Stripe, Period: Period{hour(0), hour(24)}}, [16]byte{})
	require.NoError(t, err)
	require.NoError(t, r.Work(t.Context(), runs))
	run := runs.runs[0]
	assert.Equal(t, []any{Done, int64(7), 2, 1, 1, 1, 1, map[Reason]int{MissingInJournal: 1}, hour(48)},
		[]any{run.Status, run.Position, run.Lines, run.Entries, run.Matched, run.Breaks, run.Open(), run.Reasons, run.EndedAt})
	assert.Equal(t, 1, runs.breaks[0])

	both.err = ErrTooMany
	_, _, err = runs.Ask(t.Context(), Run{Source: Stripe, Period: Period{hour(1), hour(24)}}, [16]byte{})
	require.NoError(t, err)
	require.NoError(t, r.Work(t.Context(), runs))
	assert.Equal(t, []any{Failed, ErrTooMany.Error()}, []any{runs.runs[1].Status, runs.runs[1].Fault})

	// Who is stopped leaves the run to who comes next.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = runs.Ask(t.Context(), Run{Source: Stripe, Period: Period{hour(2), hour(24)}}, [16]byte{})
	require.NoError(t, err)
	require.ErrorIs(t, r.Work(ctx, runs), context.Canceled)
	assert.Equal(t, Queued, runs.runs[2].Status)
}
