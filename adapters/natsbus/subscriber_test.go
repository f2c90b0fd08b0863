package natsbus

import (
	"context"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/natsbus/embedded/natstest"
	"github.com/florinledger/florin/ledger/journal"
)

// reading is a subscription under way.
type reading struct {
	got    chan place
	chunks chan int
	ended  chan error
	cancel context.CancelFunc
}

func subscribe(t *testing.T, js jetstream.JetStream, after int64) *reading {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &reading{got: make(chan place, 100_000), chunks: make(chan int, 100_000), ended: make(chan error, 1), cancel: cancel}
	go func() {
		r.ended <- NewSubscriber(js).Subscribe(ctx, 0, after, func(timeline int64, events []journal.Event) error {
			for _, e := range events {
				r.got <- place{timeline, e.Position}
			}
			r.chunks <- len(events)
			return nil
		})
	}()
	t.Cleanup(cancel)
	return r
}

// next reads n places.
func (r *reading) next(t *testing.T, n int) []place {
	t.Helper()
	out := make([]place, 0, n)
	deadline := time.After(soon)
	for len(out) < n {
		select {
		case p := <-r.got:
			out = append(out, p)
		case err := <-r.ended:
			require.FailNow(t, "the subscription ended", "%v, after %d of %d", err, len(out), n)
		case <-deadline:
			require.FailNow(t, "too few events", "%d of %d", len(out), n)
		}
	}
	return out
}

// listening waits until a subscription has its consumer.
func listening(t *testing.T, js jetstream.JetStream, n int) {
	t.Helper()
	require.Eventually(t, func() bool {
		stream, err := js.Stream(t.Context(), eventStream(0))
		return err == nil && stream.CachedInfo().State.Consumers == n
	}, soon, tick)
}

func publisherAt(t *testing.T, js jetstream.JetStream) *Publisher {
	t.Helper()
	p := NewPublisher(js)
	_, _, err := p.Published(t.Context(), 0)
	require.NoError(t, err)
	return p
}

func TestSubscribeBeginsWhereItIsAsked(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	p := publisherAt(t, js)
	require.NoError(t, p.Publish(t.Context(), 1, page(1_001, 4_000)))
	for after, first := range map[int64]int64{0: 1_001, 1_000: 1_001, 1_001: 1_002, 2_500: 2_501, 3_999: 4_000} {
		r := subscribe(t, js, after)
		n := int(4_000 - first + 1)
		require.Equal(t, places(1, first, 4_000), r.next(t, n), "after %d", after)
		r.cancel()
		require.NoError(t, <-r.ended)
		total := 0
		for total < n {
			c := <-r.chunks
			require.LessOrEqual(t, c, MaxChunk)
			total += c
		}
	}
	listening(t, js, 0)

	// At the end, and beyond it: what is published from now on, but nothing that is not wanted.
	atEnd, beyond := subscribe(t, js, 4_000), subscribe(t, js, 4_005)
	listening(t, js, 2)
	require.NoError(t, p.Publish(t.Context(), 1, page(4_001, 4_010)))
	require.Equal(t, places(1, 4_001, 4_010), atEnd.next(t, 10))
	require.Equal(t, places(1, 4_006, 4_010), beyond.next(t, 5))
}

func TestSubscribeToAnEmptyLog(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	r := subscribe(t, js, 500)
	listening(t, js, 1)
	require.NoError(t, publisherAt(t, js).Publish(t.Context(), 1, page(501, 510)))
	require.Equal(t, places(1, 501, 510), r.next(t, 10))
}

func TestSubscribeBringsTheWholeEvent(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	want := page(1, 2)
	want[0].Seal([32]byte{1})
	require.NoError(t, publisherAt(t, js).Publish(t.Context(), 4, want))
	var got []journal.Event
	err := NewSubscriber(js).Subscribe(t.Context(), 0, 0, func(timeline int64, events []journal.Event) error {
		require.EqualValues(t, 4, timeline)
		if got = append(got, events...); len(got) == 2 {
			return errEnough
		}
		return nil
	})
	require.ErrorIs(t, err, errEnough)
	for i := range want { // times travel as UTC
		want[i].EffectiveAt, want[i].RecordedAt = want[i].EffectiveAt.UTC(), want[i].RecordedAt.UTC()
	}
	require.Equal(t, want, got)
	require.True(t, got[0].Intact())
}

func TestSubscribeSeesANewTimeline(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	p := publisherAt(t, js)
	require.NoError(t, p.Publish(t.Context(), 1, page(1, 100)))
	r := subscribe(t, js, 100)
	listening(t, js, 1)
	require.NoError(t, p.Reset(t.Context(), 0))
	require.NoError(t, p.Publish(t.Context(), 2, page(81, 90)))
	require.Equal(t, places(2, 81, 90), r.next(t, 10), "positions below, on another timeline")
	r.cancel()
	require.NoError(t, <-r.ended)

	r = subscribe(t, js, 85)
	require.Equal(t, places(2, 86, 90), r.next(t, 5), "found by position after the sequence has jumped")
}

func TestSubscribeOverAWindowThatMoves(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{EventsMaxBytes: 64 << 10})
	p := publisherAt(t, js)
	require.NoError(t, p.Publish(t.Context(), 1, page(1, 1_000)))
	kept := stored(t, js)
	require.Less(t, len(kept), 1_000)
	require.Equal(t, place{1, 1_000}, kept[len(kept)-1])
	r := subscribe(t, js, 0)
	require.Equal(t, kept, r.next(t, len(kept)), "the window's first is the earliest there is")
	r = subscribe(t, js, 990)
	require.Equal(t, places(1, 991, 1_000), r.next(t, 10))
}

func TestSubscribeWhenTheServerGoes(t *testing.T) {
	t.Parallel()
	server := natstest.Server(t)
	js := dial(t, server, Config{})
	p := publisherAt(t, js)
	require.NoError(t, p.Publish(t.Context(), 1, page(1, 5)))
	r := subscribe(t, js, 0)
	r.next(t, 5)
	restart(t, server, js, func() {
		require.ErrorIs(t, <-r.ended, errLost)
		require.ErrorIs(t, NewSubscriber(js).Subscribe(t.Context(), 0, 0, nil), errLost)
	})
	r = subscribe(t, js, 3)
	require.Equal(t, places(1, 4, 5), r.next(t, 2))
}

func TestSubscribeToWhatIsNoEvent(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	r := subscribe(t, js, 0)
	listening(t, js, 1)
	_, err := js.Publish(t.Context(), "florin.events.0.main.x", []byte("garbage"))
	require.NoError(t, err)
	require.ErrorContains(t, <-r.ended, "is no <timeline>-<position>")
}
