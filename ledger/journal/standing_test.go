package journal_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

// errPoison is what an effect that cannot be made fails with.
var errPoison = errors.New("poison")

// An event that cannot be taken stops whoever cannot take it, before it and after everything that comes first, whether they
// fail or panic at it; and nobody else.
func TestOneEventStopsNobodyBesides(t *testing.T) {
	t.Parallel()
	const last, bad = 40, 23
	e, log, healthy := newEngine(t), newEventLog(), &effects{}
	e.start("a", journal.Config{})
	tail := journal.NewTail(0, e.store, log, quiet())
	background(t, tail.Run)
	checkpoints := &points{at: map[string]int64{}}
	for _, name := range []string{"fails", "panics", "wants", "page", "healthy"} {
		checkpoints.at[name] = 0
	}
	e.fill(0, last)
	require.Eventually(t, func() bool { return tail.Last() == last }, 20*time.Second, time.Millisecond)

	var mu sync.Mutex
	made := map[string][]int64{}
	does := func(name string, fail func()) journal.Effect {
		return func(_ context.Context, e *journal.Event, _ func(int) string) error {
			if e.Position == bad {
				fail()
				return errPoison
			}
			mu.Lock()
			defer mu.Unlock()
			made[name] = append(made[name], e.Position)
			return nil
		}
	}
	broken := func() { panic("a defect") }
	var pages int
	page := func(_ context.Context, events []*journal.Event) (bool, error) {
		mu.Lock()
		defer mu.Unlock()
		pages++
		for _, e := range events {
			if e.Position == bad {
				broken()
			}
		}
		for _, e := range events {
			made["page"] = append(made["page"], e.Position)
		}
		return true, nil
	}
	reactors := []*journal.Reactor{
		journal.NewReactor("fails", tail, checkpoints, every, does("fails", func() {}), quiet()),
		journal.NewReactor("panics", tail, checkpoints, every, does("panics", broken), quiet()),
		journal.NewWatcher("wants", tail, checkpoints, journal.Watch{
			Begin: atTheEnd, Effect: does("wants", func() {}),
			Wants: func(e *journal.Event) bool {
				if e.Position == bad {
					broken()
				}
				return true
			},
		}, quiet()),
		journal.NewPageReactor("page", tail, checkpoints, atTheEnd, every, page, quiet()),
	}
	for _, r := range reactors {
		background(t, r.Run)
	}
	table, good := &table{panicAt: bad}, &table{}
	background(t, journal.NewProjector("table", tail, table, quiet()).Run)
	background(t, journal.NewProjector("good", tail, good, quiet()).Run)
	background(t, journal.NewReactor("healthy", tail, checkpoints, every, healthy.make, quiet()).Run)

	e.sees(good, last)
	require.Eventually(t, func() bool { return len(healthy.positions()) == last }, 20*time.Second, time.Millisecond)
	for _, r := range reactors {
		name := r.Status().Name
		require.Eventually(t, func() bool { return checkpoints.standing(name).Position == bad }, 20*time.Second, time.Millisecond, name)
		at, _, err := checkpoints.Checkpoint(t.Context(), name)
		require.NoError(t, err)
		require.EqualValues(t, bad-1, at, name)
		mu.Lock()
		require.Equal(t, upTo(bad-1), made[name], name)
		mu.Unlock()
		require.Eventually(t, func() bool { return r.Status().FailedAt == bad }, 20*time.Second, time.Millisecond, name)
	}
	require.ErrorIs(t, checkpoints.standing("fails").Why, errPoison)
	require.Regexp(t, `^panic: a defect at .*TestOneEventStopsNobodyBesides.*:\d+$`, checkpoints.standing("panics").Why.Error())
	mu.Lock()
	require.Less(t, pages, 2*last, "it came to the event by pages")
	mu.Unlock()
	require.Eventually(t, func() bool { return len(table.positions()) == bad-1 }, 20*time.Second, time.Millisecond)
	require.Eventually(t, func() bool { return table.standing() != "" }, 20*time.Second, time.Millisecond)
	require.Contains(t, table.standing(), "23: panic: a defect")
}

// Who stands before an event rests for the whole pause, unless somebody wants it tried now; and no longer than it takes to
// learn that nobody can be asked.
func TestRest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		due  func(asked int) (bool, error)
		want time.Duration
		err  error
	}{
		"nobody wants it":      {due: func(int) (bool, error) { return false, nil }, want: 10 * time.Second},
		"somebody wants it":    {due: func(asked int) (bool, error) { return asked == 3, nil }, want: 1500 * time.Millisecond},
		"nobody can be asked":  {due: func(int) (bool, error) { return false, errPoison }, want: 500 * time.Millisecond, err: errPoison},
		"a pause not worth it": {due: nil, want: 200 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				asked, began := 0, time.Now()
				pause := max(c.want, 10*time.Second)
				if c.due == nil {
					pause = c.want
				}
				err := journal.Standing{Position: 1, Why: errPoison, Pause: pause}.Rest(t.Context(), func(context.Context) (bool, error) {
					asked++
					return c.due(asked)
				})
				require.ErrorIs(t, err, c.err)
				require.Equal(t, c.want, time.Since(began))
			})
		})
	}
}

// A dead letter's name is read as it was written, and nothing else is.
func TestLetterIDs(t *testing.T) {
	t.Parallel()
	for _, id := range []journal.LetterID{
		{Command: journal.NewCommandID("ann", "1")},
		{Taker: journal.Taker{Kind: journal.ReactorTaker, Name: "mail"}, Position: 7},
		{Taker: journal.Taker{Kind: journal.ProjectionTaker, Name: "messages"}, Position: 1 << 40},
	} {
		got, err := journal.ParseLetterID(id.String())
		require.NoError(t, err)
		require.Equal(t, id, got)
	}
	for _, text := range []string{"", "cmd_x", "reactor.mail", "reactor.mail.0", "reactor.mail.07", "reactor..7", "writer.mail.7", "reactor.mail.7.8", "reactor.mail.-7"} {
		_, err := journal.ParseLetterID(text)
		require.ErrorIs(t, err, journal.ErrBadID, text)
	}
}
