package journal_test

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

// A watcher that never ran begins where there is something for it, and one that did at its checkpoint. It
// learns anew what to look at each time that it begins.
func TestAWatcherBeginsWhereItsWatchDoes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		since, ran int64
		want       []int64
	}{
		"since then":                 {since: 1, ran: -1, want: []int64{2, 3, 4}},
		"all of it":                  {since: 0, ran: -1, want: []int64{1, 2, 3, 4}},
		"the journal's end":          {since: math.MaxInt64, ran: -1, want: []int64{4}},
		"since what is not there":    {since: 9, ran: -1, want: []int64{4}},
		"the checkpoint, before":     {since: 3, ran: 2, want: []int64{3, 4}},
		"the checkpoint, afterwards": {since: 0, ran: 3, want: []int64{4}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, log, f := newEngine(t), newEventLog(), &effects{}
			e.start("a", journal.Config{})
			e.fill(0, 3)
			tail := journal.NewTail(0, e.store, log, quiet())
			background(t, tail.Run)
			require.Eventually(t, func() bool { return tail.Last() == 3 }, 20*time.Second, time.Millisecond)
			checkpoints := &points{at: map[string]int64{}}
			if c.ran >= 0 {
				checkpoints.at["alerts"] = c.ran
			}
			var begun atomic.Bool
			background(t, journal.NewWatcher("alerts", tail, checkpoints, journal.Watch{
				Begin:  func(context.Context) (int64, error) { defer begun.Store(true); return c.since, nil },
				Wants:  func(*journal.Event) bool { return begun.Load() },
				Effect: f.make,
			}, quiet()).Run)
			require.Eventually(t, begun.Load, 20*time.Second, time.Millisecond)
			e.fill(3, 1)
			require.Eventually(t, func() bool { return len(f.positions()) >= len(c.want) }, 20*time.Second, time.Millisecond)
			require.Equal(t, c.want, f.positions())
		})
	}
}

func TestAWatcherBeginsAgainAfterAFailure(t *testing.T) {
	t.Parallel()
	e, log, f := newEngine(t), newEventLog(), &effects{}
	e.start("a", journal.Config{})
	e.fill(0, 3)
	tail := journal.NewTail(0, e.store, log, quiet())
	background(t, tail.Run)
	var begun, failed atomic.Int64
	away := errors.New("away")
	background(t, journal.NewWatcher("alerts", tail, &points{at: map[string]int64{"alerts": 0}}, journal.Watch{
		Begin: func(context.Context) (int64, error) {
			if begun.Add(1) == 1 {
				return 0, away
			}
			return 0, nil
		},
		Wants: func(*journal.Event) bool { return true },
		Effect: func(ctx context.Context, e *journal.Event, key func(int) string) error {
			if e.Position == 2 && failed.Add(1) == 1 {
				return away
			}
			return f.make(ctx, e, key)
		},
	}, quiet()).Run)
	require.Eventually(t, func() bool { return len(f.positions()) == 3 }, 20*time.Second, time.Millisecond)
	require.Equal(t, []int64{1, 2, 3}, f.positions())
	require.EqualValues(t, 3, begun.Load(), "once in vain, once, and once more after the failure")
}
