package natsbus

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/natsbus/embedded/natstest"
	"github.com/florinledger/florin/ledger/journal"
)

func head(timeline, position int64) journal.Head {
	return journal.Head{Timeline: timeline, Position: position}
}

func requireMark(t *testing.T, h *HighWater, timeline, position int64) {
	t.Helper()
	gotTimeline, gotPosition, ok, err := h.Mark(t.Context(), 0)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, place{timeline, position}, place{gotTimeline, gotPosition})
}

func TestHighWaterRisesAndNeverSinks(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{Shards: []journal.Shard{0, 1}})
	h, late := NewHighWater(js), NewHighWater(js)
	_, _, ok, err := h.Mark(t.Context(), 0)
	require.NoError(t, err)
	require.False(t, ok, "nothing was noted")

	require.NoError(t, late.Raise(t.Context(), head(1, 5)))
	for p := int64(6); p <= 20; p++ {
		require.NoError(t, h.Raise(t.Context(), head(1, p)))
	}
	requireMark(t, h, 1, 20)
	require.NoError(t, late.Raise(t.Context(), head(1, 7)), "a writer that was stopped and woke up")
	requireMark(t, h, 1, 20)
	require.NoError(t, late.Raise(t.Context(), head(1, 21)))
	require.NoError(t, h.Raise(t.Context(), head(1, 22)))
	requireMark(t, late, 1, 22)

	require.NoError(t, h.Raise(t.Context(), head(2, 3)), "a new timeline after an accepted loss")
	require.NoError(t, late.Raise(t.Context(), head(1, 99)))
	requireMark(t, h, 2, 3)

	_, _, ok, err = h.Mark(t.Context(), 1)
	require.NoError(t, err)
	require.False(t, ok, "each shard has its own")
	require.EqualValues(t, 1, messages(t, js, headStream))
}

func TestWhatWasPublishedIsHighWaterToo(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	h, log := NewHighWater(js), NewPublisher(js)
	require.NoError(t, h.Raise(t.Context(), head(1, 1)))
	_, _, err := log.Published(t.Context(), 0)
	require.NoError(t, err)
	require.NoError(t, log.Publish(t.Context(), 1, []journal.Event{{Position: 1, Type: "a"}, {Position: 2, Type: "a"}}))
	requireMark(t, h, 1, 2)
	require.NoError(t, h.Raise(t.Context(), head(1, 3)))
	requireMark(t, h, 1, 3)
}

func TestHighWaterRaisedByMany(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	one, two := NewHighWater(js), NewHighWater(js)
	var both sync.WaitGroup
	for _, h := range []*HighWater{one, two} {
		both.Go(func() {
			for p := int64(1); p <= 200; p++ {
				assert.NoError(t, h.Raise(t.Context(), head(1, p)))
			}
		})
	}
	both.Wait()
	requireMark(t, one, 1, 200)
}

func TestHighWaterOutlivesARestart(t *testing.T) {
	t.Parallel()
	server := natstest.Server(t)
	js := dial(t, server, Config{})
	h := NewHighWater(js)
	require.NoError(t, h.Raise(t.Context(), head(1, 5)))
	restart(t, server, js, func() {})
	requireMark(t, h, 1, 5)

	restart(t, server, js, func() { require.NoError(t, os.RemoveAll(server.StoreDir())) })
	require.Error(t, h.Raise(t.Context(), head(1, 6)), "no stream yet")
	require.NoError(t, Setup(t.Context(), js, Config{}))
	require.NoError(t, h.Raise(t.Context(), head(1, 6)))
	requireMark(t, h, 1, 6)
}

func TestHeads(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	h := NewHighWater(js)
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(chan place, 100)
	ended := make(chan error, 1)
	go func() {
		ended <- h.Heads(ctx, 0, func(timeline, position int64) error {
			heard <- place{timeline, position}
			return nil
		})
	}()
	require.Eventually(t, func() bool {
		return h.Raise(t.Context(), head(1, int64(len(heard)+1))) == nil && js.Conn().NumSubscriptions() > 0 && len(heard) > 0
	}, soon, tick)
	require.NoError(t, h.Raise(t.Context(), head(3, 7)))
	require.Eventually(t, func() bool {
		select {
		case p := <-heard:
			return p == place{3, 7}
		default:
			return false
		}
	}, soon, tick)
	cancel()
	require.NoError(t, <-ended)

	go func() {
		ended <- h.Heads(t.Context(), 0, func(int64, int64) error { return errEnough })
	}()
	position := int64(7)
	require.Eventually(t, func() bool {
		position++
		return h.Raise(t.Context(), head(3, position)) == nil && len(ended) == 1
	}, soon, tick)
	require.ErrorIs(t, <-ended, errEnough)
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	require.True(t, place{1, 9}.before(place{1, 10}))
	require.True(t, place{1, 9}.before(place{2, 1}))
	require.False(t, place{2, 1}.before(place{1, 9}))
	require.False(t, place{1, 9}.before(place{1, 9}))
	p, err := parsePlace("3-41")
	require.NoError(t, err)
	require.Equal(t, place{3, 41}, p)
	for _, text := range []string{"", "-", "3", "3-", "03-4", "3-4 ", "3--4", "-3-4", "x"} {
		_, err := parsePlace(text)
		require.Error(t, err, text)
	}
}
