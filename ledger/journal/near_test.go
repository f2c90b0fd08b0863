package journal

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// farLog is a log that is somewhere else: it says when it is subscribed to, and brings nothing.
type farLog struct{ asked chan int64 }

func (f *farLog) Subscribe(ctx context.Context, _ Shard, after int64, _ func(int64, []Event) error) error {
	f.asked <- after
	<-ctx.Done()
	return nil
}

// heard is what a subscription brought: timelines and positions, and its end.
type heard struct {
	places chan [2]int64
	end    chan error
}

// listen subscribes to a near log over recent and far. The sink fails at a position; 0 for never.
func listen(t *testing.T, recent *Recent, far Subscriber, after, failAt int64) heard {
	t.Helper()
	h := heard{places: make(chan [2]int64, 100), end: make(chan error, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	go func() {
		h.end <- NewNear(recent, far).Subscribe(ctx, 0, after, func(timeline int64, events []Event) error {
			for i := range events {
				if events[i].Position == failAt {
					return errors.New("full")
				}
				h.places <- [2]int64{timeline, events[i].Position}
			}
			return nil
		})
	}()
	return h
}

// next is the next thing that ch brings.
func next[T any](t *testing.T, ch <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-ch:
	case <-time.After(10 * time.Second):
		require.FailNow(t, "nothing came")
	}
	return v
}

func TestWhoHoldsTheShardHearsOfCommitsAtOnce(t *testing.T) {
	t.Parallel()
	recent, far := NewRecent(), &farLog{asked: make(chan int64, 1)}
	recent.lead(true)
	recent.add(3, runOf(5, 7, 0))
	h := listen(t, recent, far, 5, 0)
	require.Equal(t, [2]int64{3, 6}, next(t, h.places), "not 5: it is known")
	require.Equal(t, [2]int64{3, 7}, next(t, h.places))
	recent.add(3, runOf(8, 8, 0))
	require.Equal(t, [2]int64{3, 8}, next(t, h.places))
	recent.add(3, runOf(12, 12, 0)) // what is between is for the store to tell
	require.Equal(t, [2]int64{3, 12}, next(t, h.places))
	recent.lead(false)
	require.NoError(t, next(t, h.end))
	require.Empty(t, far.asked)
}

func TestWhoDoesNotHoldTheShardHearsByTheBus(t *testing.T) {
	t.Parallel()
	recent, far := NewRecent(), &farLog{asked: make(chan int64, 1)}
	recent.add(1, runOf(5, 7, 0)) // of a term that is over
	h := listen(t, recent, far, 4, 0)
	require.Equal(t, int64(4), next(t, far.asked))
	recent.lead(true)
	require.NoError(t, next(t, h.end), "the reader subscribes again, and hears it here")
	require.Empty(t, h.places)
}

func TestAReaderThatFailsEndsItsSubscription(t *testing.T) {
	t.Parallel()
	recent := NewRecent()
	recent.lead(true)
	recent.add(1, runOf(1, 3, 0))
	h := listen(t, recent, &farLog{}, 0, 2)
	require.EqualError(t, next(t, h.end), "full")
}

func TestWhatIsRecentIsReadAsItWouldBeFromTheStore(t *testing.T) {
	t.Parallel()
	recent := NewRecent()
	event := &Event{Position: 1, Body: &struct{}{}}
	recent.add(1, []*Event{event})
	require.Nil(t, recent.after(1, 0, 1)[0].Body)
	_, events, more := recent.since(0, 1)
	require.Nil(t, events[0].Body)
	require.Nil(t, more, "nobody leads")
	require.NotNil(t, event.Body, "the writer's own stays")
}
