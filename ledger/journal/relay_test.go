package journal_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

// replaced is a reader whose journal can be replaced by another one.
type replaced struct {
	mu   sync.Mutex
	head journal.Head
	all  []journal.Event
}

func (r *replaced) set(timeline int64, events []journal.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.head, r.all = journal.Head{Timeline: timeline, Position: int64(len(events))}, events
}

func (r *replaced) Head(context.Context, journal.Shard) (journal.Head, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.head, nil
}

func (r *replaced) Events(_ context.Context, _ journal.Shard, after int64, limit int) ([]journal.Event, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	from := min(after, int64(len(r.all)))
	return r.all[from:min(from+int64(limit), int64(len(r.all)))], nil
}

// chained makes a journal of n events that a word tells from another one.
func chained(n int64, word string) (events []journal.Event) {
	var chain [32]byte
	for i := range n {
		e := journal.Event{Position: i + 1, Type: "said", Stream: word, Data: []byte(`{}`)}
		chain = e.Seal(chain)
		events = append(events, e)
	}
	return events
}

func TestARelayThatIsWokenAllTheTimeSeesANewTimeline(t *testing.T) {
	t.Parallel()
	r, log := &replaced{}, newEventLog()
	r.set(1, chained(3, "lost"))
	wake := make(chan struct{})
	background(t, journal.NewRelay(0, r, journal.NewRecent(), log, wake, quiet()).Run)
	background(t, func(ctx context.Context) error {
		for {
			select {
			case wake <- struct{}{}:
			case <-ctx.Done():
				return nil
			}
		}
	})
	ends := func(timeline, position int64) func() bool {
		return func() bool {
			tl, p, err := log.Published(t.Context(), 0)
			return err == nil && tl == timeline && p == position
		}
	}
	require.Eventually(t, ends(1, 3), 10*time.Second, time.Millisecond)
	r.set(2, chained(5, "kept")) // an operator accepts a loss, and the journal goes on at once
	require.Eventually(t, ends(2, 5), 10*time.Second, time.Millisecond)
	log.mu.Lock()
	defer log.mu.Unlock()
	require.Len(t, log.events, 5)
	for _, e := range log.events {
		require.Equal(t, "kept", e.Stream)
	}
}

// gated is a high water mark that waits to be let through.
type gated struct {
	water
	tried, gate chan struct{}
}

func (g *gated) Raise(ctx context.Context, head journal.Head) error {
	g.tried <- struct{}{}
	<-g.gate
	return g.water.Raise(ctx, head)
}

func TestNothingIsPublishedThatMayNotBeSpokenOf(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	g := &gated{tried: make(chan struct{}), gate: make(chan struct{})}
	recent, wake, log := journal.NewRecent(), make(chan struct{}), newEventLog()
	empty := &replaced{head: journal.Head{Timeline: 1}} // so that what is published comes from memory
	background(t, journal.NewRelay(0, empty, recent, log, wake, quiet()).Run)
	background(t, journal.NewWriter(0, "a", countingCore(), e.store, e.stream, e.replies, g, journal.Config{Log: quiet(), Recent: recent}).Run)
	open := sync.OnceFunc(func() { close(g.gate) })
	t.Cleanup(open)
	published := func() int {
		log.mu.Lock()
		defer log.mu.Unlock()
		return len(log.events)
	}
	e.stream.send(command("k", add{To: "x", N: 1}))
	<-g.tried // it is committed
	for range 3 {
		wake <- struct{}{} // between two of these the relay publishes what there is
	}
	require.Zero(t, published())
	open()
	require.Eventually(t, func() bool { return published() == 1 }, 10*time.Second, time.Millisecond)
}
