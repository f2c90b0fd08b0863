package journal_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

// interrupted is a reader that does something in the middle of its n-th page.
type interrupted struct {
	journal.Reader
	heads atomic.Int32
	pages atomic.Int32
	on    int32
	do    func()
}

func (r *interrupted) Events(ctx context.Context, shard journal.Shard, after int64, limit int) ([]journal.Event, error) {
	events, err := r.Reader.Events(ctx, shard, after, limit)
	if r.pages.Add(1) == r.on {
		r.do()
	}
	return events, err
}

func (r *interrupted) Head(ctx context.Context, shard journal.Shard) (journal.Head, error) {
	head, err := r.Reader.Head(ctx, shard)
	r.heads.Add(1)
	return head, err
}

func TestATailThatIsDistrustedWhileItCatchesUpBeginsAnew(t *testing.T) {
	t.Parallel()
	e, log := newEngine(t), newEventLog() // a log that is silent: only the poll catches up
	e.start("a", journal.Config{})
	reader := &interrupted{Reader: e.store, on: 1}
	tail := journal.NewTail(0, reader, log, quiet())
	reader.do = tail.Distrust
	background(t, tail.Run)
	require.Eventually(t, func() bool { return reader.heads.Load() > 0 }, 5*time.Second, time.Millisecond, "it begins at 0")
	e.fill(0, 1)
	require.Eventually(t, func() bool { return tail.Last() == 1 }, 5*time.Second, time.Millisecond)
	require.Equal(t, int32(1), reader.pages.Load(), "the page of a journal that is not trusted is not read again and again")
}

// TestAReaderOfALostTimelineIsSentBack: whoever waits for what follows an event that was lost would
// wait until the new timeline has grown past it, and then go on in the middle of it.
func TestAReaderOfALostTimelineIsSentBack(t *testing.T) {
	t.Parallel()
	r := &replaced{}
	r.set(1, chained(9, "lost"))
	tail := journal.NewTail(0, r, newEventLog(), quiet())
	background(t, tail.Run)
	require.Eventually(t, func() bool { return tail.Last() == 9 }, 5*time.Second, time.Millisecond)
	end := make(chan error, 1)
	go func() {
		_, err := tail.Read(t.Context(), 9, 10)
		end <- err
	}()
	r.set(2, chained(5, "kept"))
	select {
	case err := <-end:
		require.Error(t, err)
		require.NoError(t, t.Context().Err())
	case <-time.After(10 * time.Second):
		require.FailNow(t, "it waits for event 10 of a timeline that ends at 5")
	}
	require.Equal(t, int64(5), tail.Last())
}
