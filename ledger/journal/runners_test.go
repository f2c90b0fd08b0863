package journal_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

// eventLog is a log of published events that can be lost and can lose messages.
type eventLog struct {
	mu       sync.Mutex
	timeline int64
	events   []journal.Event
	drop     map[int64]bool // positions that subscribers never see
	away     bool
	changed  chan struct{}
}

func newEventLog() *eventLog {
	return &eventLog{changed: make(chan struct{}), drop: map[int64]bool{}}
}

var errAway = errors.New("the log is away")

func (l *eventLog) set(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *eventLog) Published(context.Context, journal.Shard) (timeline, position int64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.away:
		return 0, 0, errAway
	case len(l.events) == 0:
		return l.timeline, 0, nil
	}
	return l.timeline, l.events[len(l.events)-1].Position, nil
}

func (l *eventLog) Publish(_ context.Context, timeline int64, events []journal.Event) (err error) {
	l.set(func() {
		switch n := len(l.events); {
		case l.away:
			err = errAway
		case n > 0 && (l.timeline != timeline || l.events[n-1].Position+1 != events[0].Position):
			err = journal.ErrOutrun
		default:
			l.timeline = timeline
			l.events = append(l.events, events...)
		}
	})
	return err
}

func (l *eventLog) Reset(context.Context, journal.Shard) error {
	l.set(func() { l.timeline, l.events = 0, nil })
	return nil
}

func (l *eventLog) Subscribe(ctx context.Context, _ journal.Shard, after int64, sink func(int64, []journal.Event) error) error {
	for {
		l.mu.Lock()
		away, timeline, changed := l.away, l.timeline, l.changed
		var page []journal.Event
		for _, e := range l.events {
			if e.Position > after && !l.drop[e.Position] {
				page = append(page, e)
			}
		}
		l.mu.Unlock()
		if away {
			return errAway
		}
		if len(page) > 0 {
			after = page[len(page)-1].Position
			if err := sink(timeline, page); err != nil {
				return err
			}
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}

// table is a projection's target: it keeps positions, and fails on one when told to.
type table struct {
	mu     sync.Mutex
	at     int64
	seen   []int64
	failAt int64
	stuck  string // where it was last, and why
	held   bool

	panicAt int64 // where it panics
}

func (tb *table) standing() string {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	return tb.stuck
}

func (tb *table) Checkpoint(context.Context) (int64, error) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	if tb.held {
		return 0, journal.ErrHeld
	}
	return tb.at, nil
}

func (tb *table) Stand(ctx context.Context, s journal.Standing) error {
	tb.mu.Lock()
	tb.stuck = fmt.Sprintf("%d: %v", s.Position, s.Why)
	tb.mu.Unlock()
	return s.Rest(ctx, never)
}

// never says that nobody wants an event tried now.
func never(context.Context) (bool, error) { return false, nil }

func (tb *table) hold(held bool) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.held = held
}

func (tb *table) Apply(_ context.Context, after int64, events []journal.Event) error {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	if tb.at != after || tb.held {
		return journal.ErrOutrun
	}
	for _, e := range events {
		switch e.Position {
		case tb.failAt:
			return errors.New("cannot take it")
		case tb.panicAt:
			panic("a defect")
		}
	}
	for _, e := range events {
		tb.seen = append(tb.seen, e.Position)
		tb.at = e.Position
	}
	return nil
}

func (tb *table) positions() []int64 {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	return append([]int64(nil), tb.seen...)
}

func (tb *table) fail(at int64) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.failAt = at
}

// background runs something until the test ends.
func background(t *testing.T, run func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-done) })
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// upTo returns 1 to n.
func upTo(n int64) (out []int64) {
	for i := range n {
		out = append(out, i+1)
	}
	return out
}

// fill makes n events and returns when they are committed.
func (e *engine) fill(from, n int) {
	e.t.Helper()
	for i := from; i < from+n; i++ {
		e.do(command(fmt.Sprintf("fill-%d", i), add{To: fmt.Sprint(i), N: 1}))
	}
}

func (e *engine) sees(tb *table, n int64) {
	e.t.Helper()
	require.Eventually(e.t, func() bool { return len(tb.positions()) >= int(n) }, 20*time.Second, time.Millisecond)
	require.Equal(e.t, upTo(n), tb.positions())
}

func TestEventsTravelInOrderAndGapsAreFilledFromTheStore(t *testing.T) {
	t.Parallel()
	e, log, tb := newEngine(t), newEventLog(), &table{}
	log.drop[4], log.drop[5], log.drop[9] = true, true, true
	e.start("a", journal.Config{})
	e.fill(0, 3)
	background(t, journal.NewRelay(0, e.store, journal.NewRecent(), log, nil, quiet()).Run)
	tail := journal.NewTail(0, e.store, log, quiet())
	background(t, tail.Run)
	background(t, journal.NewProjector("p", tail, tb, quiet()).Run)
	e.sees(tb, 3)
	e.fill(3, 9)
	e.sees(tb, 12)
}

func TestProjectionsGoOnWhileTheLogIsAway(t *testing.T) {
	t.Parallel()
	e, log, tb := newEngine(t), newEventLog(), &table{}
	log.away = true
	e.start("a", journal.Config{})
	background(t, journal.NewRelay(0, e.store, journal.NewRecent(), log, nil, quiet()).Run)
	tail := journal.NewTail(0, e.store, log, quiet())
	background(t, tail.Run)
	background(t, journal.NewProjector("p", tail, tb, quiet()).Run)
	e.fill(0, 5)
	e.sees(tb, 5)
	log.set(func() { log.away = false })
	e.fill(5, 5)
	e.sees(tb, 10)
	require.Eventually(t, func() bool { _, p, err := log.Published(t.Context(), 0); return err == nil && p == 10 }, 20*time.Second, time.Millisecond)
}

func TestTwoRelaysPublishOneSequence(t *testing.T) {
	t.Parallel()
	e, log := newEngine(t), newEventLog()
	e.start("a", journal.Config{})
	background(t, journal.NewRelay(0, e.store, journal.NewRecent(), log, nil, quiet()).Run)
	background(t, journal.NewRelay(0, e.store, journal.NewRecent(), log, nil, quiet()).Run)
	e.fill(0, 30)
	require.Eventually(t, func() bool { _, p, err := log.Published(t.Context(), 0); return err == nil && p == 30 }, 20*time.Second, time.Millisecond)
	log.mu.Lock()
	defer log.mu.Unlock()
	for i, event := range log.events {
		require.Equal(t, int64(i+1), event.Position)
	}
}

func TestALogThatWasLostBeginsAgain(t *testing.T) {
	t.Parallel()
	e, log := newEngine(t), newEventLog()
	e.start("a", journal.Config{})
	background(t, journal.NewRelay(0, e.store, journal.NewRecent(), log, nil, quiet()).Run)
	published := func(position int64) func() bool {
		return func() bool {
			tl, p, err := log.Published(t.Context(), 0)
			return err == nil && tl == 1 && p == position
		}
	}
	e.fill(0, 2)
	require.Eventually(t, published(2), 20*time.Second, time.Millisecond)
	log.set(func() { log.timeline, log.events, log.away = 0, nil, true })
	e.fill(2, 1)
	log.set(func() { log.away = false })
	require.Eventually(t, published(3), 20*time.Second, time.Millisecond)
}

func TestAProjectionStopsAtTheEventItCannotTake(t *testing.T) {
	t.Parallel()
	e, log, sick, well := newEngine(t), newEventLog(), &table{failAt: 4}, &table{}
	e.start("a", journal.Config{})
	e.fill(0, 6)
	tail := journal.NewTail(0, e.store, log, quiet())
	background(t, tail.Run)
	p := journal.NewProjector("sick", tail, sick, quiet())
	background(t, p.Run)
	background(t, journal.NewProjector("well", tail, well, quiet()).Run)
	e.sees(well, 6)
	require.Eventually(t, func() bool { return p.Status().FailedAt == 4 }, 20*time.Second, time.Millisecond)
	require.ErrorContains(t, p.Status().Error, "at event 4 (added): cannot take it")
	require.Equal(t, upTo(3), sick.positions())
	sick.mu.Lock()
	require.Equal(t, "4: cannot take it", sick.stuck, "operators can see it wherever they look")
	sick.mu.Unlock()
	sick.fail(0)
	e.sees(sick, 6)
	require.NoError(t, p.Status().Error)
}

// A projection that is held moves on when it may, and has not failed meanwhile.
func TestAHeldProjectionMovesOnWhenItMay(t *testing.T) {
	t.Parallel()
	e, log, held, well := newEngine(t), newEventLog(), &table{held: true}, &table{}
	e.start("a", journal.Config{})
	e.fill(0, 3)
	tail := journal.NewTail(0, e.store, log, quiet())
	background(t, tail.Run)
	p := journal.NewProjector("held", tail, held, quiet())
	background(t, p.Run)
	background(t, journal.NewProjector("well", tail, well, quiet()).Run)
	e.sees(well, 3)
	require.Empty(t, held.positions())
	held.hold(false)
	e.sees(held, 3)
	held.hold(true)
	e.fill(3, 3)
	e.sees(well, 6)
	require.Equal(t, upTo(3), held.positions())
	require.NoError(t, p.Status().Error)
	held.hold(false)
	e.sees(held, 6)
}

func TestTwoProjectorsOfOneTableCountOnce(t *testing.T) {
	t.Parallel()
	e, log, tb := newEngine(t), newEventLog(), &table{}
	e.start("a", journal.Config{})
	for range 2 {
		tail := journal.NewTail(0, e.store, log, quiet())
		background(t, tail.Run)
		background(t, journal.NewProjector("p", tail, tb, quiet()).Run)
	}
	e.fill(0, 20)
	e.sees(tb, 20)
}

// points keeps the checkpoints of reactors, and where each stood last.
type points struct {
	mu    sync.Mutex
	at    map[string]int64
	stood map[string]journal.Standing
}

func (p *points) Stand(ctx context.Context, reactor string, s journal.Standing) error {
	p.mu.Lock()
	if p.stood == nil {
		p.stood = map[string]journal.Standing{}
	}
	p.stood[reactor] = s
	p.mu.Unlock()
	return s.Rest(ctx, never)
}

func (p *points) standing(reactor string) journal.Standing {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stood[reactor]
}

func (p *points) Checkpoint(_ context.Context, reactor string) (int64, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.at[reactor]
	return at, ok, nil
}

func (p *points) Advance(_ context.Context, reactor string, from, to int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at[reactor] != from {
		return journal.ErrOutrun
	}
	p.at[reactor] = to
	return nil
}

func (p *points) Alone(ctx context.Context, _ string, f func(context.Context) error) error {
	return f(ctx)
}

// every wants events of every type.
func every(string) bool { return true }

func TestAReactorRepeatsAnEffectUnderItsKeyAndSkipsThePast(t *testing.T) {
	t.Parallel()
	e, log := newEngine(t), newEventLog()
	e.start("a", journal.Config{})
	e.fill(0, 3)
	tail := journal.NewTail(0, e.store, log, quiet())
	background(t, tail.Run)
	require.Eventually(t, func() bool { return tail.Last() == 3 }, 20*time.Second, time.Millisecond)
	var mu sync.Mutex
	var made []string
	fails := 1
	checkpoints := &points{at: map[string]int64{}}
	background(t, journal.NewReactor("notices", tail, checkpoints, every, func(_ context.Context, e *journal.Event, key func(int) string) error {
		mu.Lock()
		defer mu.Unlock()
		made = append(made, fmt.Sprintf("%d %s", e.Position, key(0)))
		if e.Position == 5 && fails > 0 {
			fails--
			return errAway
		}
		return nil
	}, quiet()).Run)
	require.Eventually(t, func() bool { _, ok, _ := checkpoints.Checkpoint(t.Context(), "notices"); return ok }, 20*time.Second, time.Millisecond)
	e.fill(3, 3)
	require.Eventually(t, func() bool { mu.Lock(); defer mu.Unlock(); return len(made) == 4 }, 20*time.Second, time.Millisecond)
	require.Contains(t, made[0], "4 notices/evt_", "what was there before it began is not its business")
	require.Equal(t, made[1], made[2], "the repeat has the same key")
	require.NotEqual(t, made[0][2:], made[1][2:])
}

// bus is a Bus over the stream of an engine.
type bus struct {
	e    *engine
	away bool
}

func (b *bus) Send(ctx context.Context, _ journal.Shard, c journal.Command, ref bool) (journal.Answer, error) {
	if b.away {
		return journal.Answer{}, journal.ErrBusAway
	}
	n := len(b.e.replies.of(c.ID))
	if ref {
		b.e.stream.refer(c.ID)
	} else {
		b.e.stream.send(c)
	}
	for ctx.Err() == nil {
		if as := b.e.replies.of(c.ID); len(as) > n {
			return as[n], nil
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
		}
	}
	return journal.Answer{}, ctx.Err()
}

func (b *bus) Hint(journal.Shard, journal.CommandID) {}

func TestTheDispatcherFindsAWay(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]bool{"by the bus": false, "by the inbox alone": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t)
			e.start("a", journal.Config{})
			d := journal.NewDispatcher(0, &bus{e: e, away: away}, e.store, e.store, time.Now)
			c := command("k", add{To: "x", N: 1})
			first, err := d.Do(t.Context(), c)
			require.NoError(t, err)
			require.Equal(t, journal.Done, first.Outcome.Status)
			require.False(t, first.Replayed)
			require.Len(t, first.Events, 1)

			second, err := d.Do(t.Context(), c)
			require.NoError(t, err)
			require.True(t, second.Replayed)
			require.Equal(t, first.Events[0].Position, second.Events[0].Position)

			other := c
			other.Hash = [16]byte{9}
			third, err := d.Do(t.Context(), other)
			require.NoError(t, err)
			require.ErrorIs(t, third.Outcome.Refusal, journal.ErrKeyReused)

			large := command("large", add{To: "x", N: 1})
			for len(large.Data) <= journal.MaxInline {
				large.Data = append(large.Data, "                                "...)
			}
			fourth, err := d.Do(t.Context(), large)
			require.NoError(t, err)
			require.Equal(t, journal.Done, fourth.Outcome.Status)

			require.NoError(t, d.Accept(t.Context(), command("async", add{To: "x", N: 1})))
			require.Eventually(t, func() bool {
				_, ok, _, err := e.store.Outcome(t.Context(), journal.NewCommandID("test", "async"))
				return err == nil && ok
			}, 20*time.Second, time.Millisecond)
			require.JSONEq(t, `{"sum":3}`, e.sum())
		})
	}
}

func TestADryRunNeverReachesTheInbox(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.start("a", journal.Config{})
	d := journal.NewDispatcher(0, &bus{e: e, away: true}, e.store, e.store, time.Now)
	c := command("k", add{To: "x", N: 1})
	c.DryRun = true
	_, err := d.Do(t.Context(), c)
	require.ErrorIs(t, err, journal.ErrOutcomeUnknown)
	_, ok, waiting, err := e.store.Outcome(t.Context(), c.ID)
	require.NoError(t, err)
	require.False(t, ok || waiting)
	e.do(command("other", add{To: "y", N: 1}))
	require.Len(t, e.events(), 1)
}

func TestAMalformedCommandOfTheInboxHasAnOutcome(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	c := command("k", add{Odd: true})
	require.NoError(t, e.store.Put(t.Context(), 0, c))
	waiting, _, _, err := e.store.Outcome(t.Context(), c.ID)
	require.NoError(t, err)
	require.Equal(t, []any{"test", "add", commandHash}, []any{waiting.Outcome.Caller, waiting.Outcome.Type, waiting.Outcome.Hash})
	e.start("a", journal.Config{})
	require.Eventually(t, func() bool {
		a, ok, _, err := e.store.Outcome(t.Context(), c.ID)
		return err == nil && ok && a.Outcome.Refusal.Code == "odd"
	}, 20*time.Second, time.Millisecond)
}
