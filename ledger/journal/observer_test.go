package journal_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

// aTrace is a W3C traceparent that somebody records.
const aTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

// watching notes what it is told.
type watching struct {
	mu        sync.Mutex
	answers   []error
	decisions []journal.Decision
	failed    []error
	carried   map[string][]int64 // positions, by who carried them
	reacted   []int64
}

func (w *watching) Asked(ctx context.Context, c *journal.Command) (context.Context, func(journal.Answer, error)) {
	c.Trace = aTrace
	return ctx, func(_ journal.Answer, err error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.answers = append(w.answers, err)
	}
}

func (w *watching) Committed(c journal.Commit) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.Err != nil {
		w.failed = append(w.failed, c.Err)
		return
	}
	for d := range c.Decisions {
		w.decisions = append(w.decisions, d)
	}
}

func (w *watching) Carried(c journal.Carriage) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range c.Events {
		if e := &c.Events[i]; c.Err == nil && journal.Sampled(e.Trace) {
			w.carried[c.By] = append(w.carried[c.By], e.Position)
		}
	}
}

func (w *watching) Reacting(ctx context.Context, _ string, events []*journal.Event) (context.Context, func(error)) {
	return ctx, func(error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, e := range events {
			w.reacted = append(w.reacted, e.Position)
		}
	}
}

func TestATraceGoesWithACommandToAllThatIsMadeOfIt(t *testing.T) {
	t.Parallel()
	e, log, tb, w := newEngine(t), newEventLog(), &table{}, &watching{carried: map[string][]int64{}}
	e.start("a", journal.Config{Observer: w})
	background(t, journal.NewRelay(0, e.store, journal.NewRecent(), log, nil, quiet()).Observed(w).Run)
	tail := journal.NewTail(0, e.store, log, quiet())
	background(t, tail.Run)
	background(t, journal.NewProjector("p", tail, tb, quiet()).Observed(w).Run)
	reactor := journal.NewReactor("r", tail, &points{at: map[string]int64{"r": 0}}, func(string) bool { return true },
		func(context.Context, *journal.Event, func(int) string) error { return nil }, quiet()).Observed(w)
	background(t, reactor.Run)
	require.Eventually(t, func() bool { return reactor.Status().Running }, 20*time.Second, time.Millisecond)

	d := journal.NewDispatcher(0, &bus{e: e}, e.store, e.store, time.Now).Observed(w)
	a, err := d.Do(t.Context(), command("traced", add{To: "x", N: 1}))
	require.NoError(t, err)
	require.Equal(t, aTrace, a.Events[0].Trace, "what is sent has the trace that it was given")
	e.do(command("untraced", add{To: "x", N: 1}))
	e.sees(tb, 2)
	require.Eventually(t, func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return len(w.carried[journal.RelayStep]) == 1 && len(w.carried["p"]) == 1 && len(w.reacted) == 2
	}, 20*time.Second, time.Millisecond)
	w.mu.Lock()
	defer w.mu.Unlock()
	require.Equal(t, []error{nil}, w.answers)
	require.Equal(t, map[string][]int64{journal.RelayStep: {1}, "p": {1}}, w.carried)
	require.Len(t, w.decisions, 2)
	require.Equal(t, journal.Done, w.decisions[0].Status)
	require.False(t, w.decisions[0].Ended.Before(w.decisions[0].Began))
	require.False(t, w.decisions[0].Began.IsZero())
	require.True(t, w.decisions[1].Began.IsZero(), "what nobody records is not timed")
}

func TestSampledReadsTheFlagOfATraceparent(t *testing.T) {
	t.Parallel()
	for trace, want := range map[string]bool{
		aTrace:             true,
		aTrace[:53] + "00": false,
		aTrace[:53] + "02": false,
		aTrace[:53] + "03": true,
		aTrace[:53] + "0a": false,
		aTrace[:53] + "0b": true,
		aTrace[:53] + "0f": true,
		"":                 false,
		"01":               false,
		aTrace + "-01":     false,
	} {
		require.Equal(t, want, journal.Sampled(trace), trace)
	}
}

func TestWhatWaitsSaysSinceWhen(t *testing.T) {
	t.Parallel()
	e, log, tb := newEngine(t), newEventLog(), &table{failAt: 3}
	e.start("a", journal.Config{})
	e.fill(0, 4)
	events, err := e.store.Events(t.Context(), 0, 0, 10)
	require.NoError(t, err)
	relay := journal.NewRelay(0, e.store, journal.NewRecent(), log, nil, quiet())
	log.set(func() { log.away = true })
	background(t, relay.Run)
	require.Eventually(t, func() bool { s := relay.Status(); return s.Error != nil && s.Head == 4 }, 20*time.Second, time.Millisecond)
	require.False(t, relay.Status().Waiting.IsZero(), "nothing is published")
	require.ErrorIs(t, relay.Status().Error, errAway)
	log.set(func() { log.away = false })
	require.Eventually(t, func() bool { s := relay.Status(); return s.Error == nil && s.Position == 4 && s.Waiting.IsZero() }, 20*time.Second, time.Millisecond)

	tail := journal.NewTail(0, e.store, log, quiet())
	background(t, tail.Run)
	p := journal.NewProjector("p", tail, tb, quiet())
	background(t, p.Run)
	require.Eventually(t, func() bool { return p.Status().FailedAt == 3 }, 20*time.Second, time.Millisecond)
	// The tail began at the journal's end: it never had the event that the projection stands at.
	require.Eventually(t, func() bool { return p.Status().Waiting.Equal(events[2].RecordedAt) }, 20*time.Second, time.Millisecond)
	e.fill(4, 1)
	tb.fail(0)
	e.sees(tb, 5)
	require.Eventually(t, func() bool { return p.Status().Position == 5 }, 20*time.Second, time.Millisecond)
	require.True(t, p.Status().Waiting.IsZero())
}
