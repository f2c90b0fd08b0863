package journal_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

// watched are checkpoints that say when they are asked, and do something before they advance.
type watched struct {
	*points
	asked   chan struct{}
	advance func()
}

func (w *watched) Checkpoint(ctx context.Context, reactor string) (int64, bool, error) {
	at, ok, err := w.points.Checkpoint(ctx, reactor)
	select {
	case w.asked <- struct{}{}:
	default:
	}
	return at, ok, err
}

func (w *watched) Advance(ctx context.Context, reactor string, from, to int64) error {
	if w.advance != nil {
		w.advance()
	}
	return w.points.Advance(ctx, reactor, from, to)
}

// effects keeps the positions that a reactor made effects of.
type effects struct {
	mu   sync.Mutex
	made []int64
}

func (f *effects) make(_ context.Context, e *journal.Event, _ func(int) string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.made = append(f.made, e.Position)
	return nil
}

func (f *effects) positions() []int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]int64(nil), f.made...)
}

func TestAReactorThatStartsBeforeItsTailSkipsThePastToo(t *testing.T) {
	t.Parallel()
	e, log, f := newEngine(t), newEventLog(), &effects{}
	e.start("a", journal.Config{})
	e.fill(0, 3)
	tail := journal.NewTail(0, e.store, log, quiet())
	checkpoints := &watched{points: &points{at: map[string]int64{}}, asked: make(chan struct{}, 1)}
	background(t, journal.NewReactor("notices", tail, checkpoints, every, f.make, quiet()).Run)
	<-checkpoints.asked
	background(t, tail.Run)
	require.Eventually(t, func() bool { at, _, _ := checkpoints.Checkpoint(t.Context(), "notices"); return at == 3 }, 20*time.Second, time.Millisecond)
	e.fill(3, 1)
	require.Eventually(t, func() bool { return len(f.positions()) > 0 }, 20*time.Second, time.Millisecond)
	require.Equal(t, []int64{4}, f.positions())
}

func TestAReactorBeginsWhereItsCheckpointDoes(t *testing.T) {
	t.Parallel()
	e, log, f := newEngine(t), newEventLog(), &effects{}
	e.start("a", journal.Config{})
	e.fill(0, 3)
	tail := journal.NewTail(0, e.store, log, quiet())
	background(t, tail.Run)
	require.Eventually(t, func() bool { return tail.Last() == 3 }, 20*time.Second, time.Millisecond)
	var once sync.Once
	checkpoints := &watched{points: &points{at: map[string]int64{}}, asked: make(chan struct{}, 1), advance: func() {
		once.Do(func() { // the journal grows while the first checkpoint is set
			e.fill(3, 2)
			require.Eventually(t, func() bool { return tail.Last() == 5 }, 20*time.Second, time.Millisecond)
		})
	}}
	background(t, journal.NewReactor("notices", tail, checkpoints, every, f.make, quiet()).Run)
	require.Eventually(t, func() bool { return tail.Last() == 5 }, 20*time.Second, time.Millisecond)
	e.fill(5, 1)
	require.Eventually(t, func() bool { at, _, _ := checkpoints.Checkpoint(t.Context(), "notices"); return at == 6 }, 20*time.Second, time.Millisecond)
	require.Equal(t, []int64{4, 5, 6}, f.positions(), "in order, each once")
}

func TestAReactorPassesWhatItDoesNotWant(t *testing.T) {
	t.Parallel()
	e, log, f := newEngine(t), newEventLog(), &effects{}
	e.start("a", journal.Config{})
	tail := journal.NewTail(0, e.store, log, quiet())
	background(t, tail.Run)
	advances := 0
	checkpoints := &watched{points: &points{at: map[string]int64{}}, asked: make(chan struct{}, 1), advance: func() { advances++ }}
	none := func(string) bool { return false }
	background(t, journal.NewReactor("notices", tail, checkpoints, none, f.make, quiet()).Run)
	require.Eventually(t, func() bool { _, ok, _ := checkpoints.Checkpoint(t.Context(), "notices"); return ok }, 20*time.Second, time.Millisecond)
	e.fill(0, 500)
	at := func() int64 { at, _, _ := checkpoints.Checkpoint(t.Context(), "notices"); return at }
	// What comes a second later makes it note what it has passed.
	require.Eventually(t, func() bool { e.fill(int(tail.Last()), 1); return at() >= 500 }, 20*time.Second, 50*time.Millisecond)
	require.Empty(t, f.positions())
	require.Less(t, advances, 10, "it does not note each event")
}

// Once there is nothing to act on and nothing happens any more, a reactor notes that it is past all of it.
func TestAReactorOfAQuietJournalIsNotBehind(t *testing.T) {
	t.Parallel()
	e, log, f := newEngine(t), newEventLog(), &effects{}
	e.start("a", journal.Config{})
	tail := journal.NewTail(0, e.store, log, quiet())
	background(t, tail.Run)
	advances := 0
	checkpoints := &watched{points: &points{at: map[string]int64{"notices": 0}}, asked: make(chan struct{}, 1), advance: func() { advances++ }}
	e.fill(0, 50)
	require.Eventually(t, func() bool { return tail.Last() == 50 }, 20*time.Second, time.Millisecond)
	none := func(string) bool { return false }
	background(t, journal.NewReactor("notices", tail, checkpoints, none, f.make, quiet()).Run)
	require.Eventually(t, func() bool { at, _, _ := checkpoints.Checkpoint(t.Context(), "notices"); return at == 50 }, 20*time.Second, time.Millisecond)
	require.Equal(t, 1, advances)
}
