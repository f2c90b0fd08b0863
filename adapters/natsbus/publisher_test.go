package natsbus

import (
	"context"
	"encoding/json"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/natsbus/embedded/natstest"
	"github.com/florinledger/florin/ledger/journal"
)

// page makes the events of positions from to to, the same ones every time.
func page(from, to int64) []journal.Event {
	events := make([]journal.Event, 0, to-from+1)
	for p := from; p <= to; p++ {
		events = append(events, journal.Event{
			Position: p, Ledger: "main", Stream: "ledger/main", Type: "transaction-posted", Schema: 1,
			Data: json.RawMessage(`{"reference":"inv-7","metadata":{"order":"12345"}}`), Actor: "usr_1", Nonce: [16]byte{byte(p)},
			Trace: map[bool]string{true: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}[p%2 == 0],
		})
	}
	return events
}

// stored reads the whole log as places, in stored order, and checks each body against its header.
func stored(t *testing.T, js jetstream.JetStream) []place {
	t.Helper()
	stream, err := js.Stream(t.Context(), eventStream(0))
	require.NoError(t, err)
	state := stream.CachedInfo().State
	var out []place
	for seq := state.FirstSeq; seq <= state.LastSeq && state.Msgs > 0; seq++ {
		m, err := stream.GetMsg(t.Context(), seq)
		require.NoError(t, err)
		p, err := placeOf(m.Header)
		require.NoError(t, err)
		e, err := journal.ParseEvent(m.Data)
		require.NoError(t, err)
		require.Equal(t, p.position, e.Position)
		require.Equal(t, p.String(), m.Header.Get(jetstream.MsgIDHeader))
		require.Equal(t, e.Trace, m.Header.Get("Traceparent"))
		out = append(out, p)
	}
	return out
}

func places(timeline, from, to int64) (out []place) {
	for p := from; p <= to; p++ {
		out = append(out, place{timeline, p})
	}
	return out
}

func requirePublished(t *testing.T, p *Publisher, timeline, position int64) {
	t.Helper()
	gotTimeline, gotPosition, err := p.Published(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, place{timeline, position}, place{gotTimeline, gotPosition})
}

func TestPublishAppendsInOrder(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	p := NewPublisher(js)
	require.ErrorIs(t, p.Publish(t.Context(), 1, page(1, 1)), journal.ErrOutrun, "the end was not looked up")
	requirePublished(t, p, 0, 0)
	require.NoError(t, p.Publish(t.Context(), 1, nil))
	require.NoError(t, p.Publish(t.Context(), 1, page(7, 7)))
	require.NoError(t, p.Publish(t.Context(), 1, page(8, 8+3*eventsPerAck)))
	requirePublished(t, p, 1, 8+3*eventsPerAck)
	require.Equal(t, places(1, 7, 8+3*eventsPerAck), stored(t, js))

	next := int64(8 + 3*eventsPerAck + 1)
	require.ErrorContains(t, p.Publish(t.Context(), 1, page(next+1, next+1)), "does not continue", "a gap")
	requirePublished(t, p, 1, next-1)
	require.ErrorContains(t, p.Publish(t.Context(), 2, page(next, next)), "does not continue", "another timeline without a reset")
	requirePublished(t, p, 1, next-1)
	bad := page(next, next)
	bad[0].Ledger = "a.b"
	require.ErrorContains(t, p.Publish(t.Context(), 1, bad), "cannot be part of a subject")
	requirePublished(t, p, 1, next-1)
	require.NoError(t, p.Publish(t.Context(), 1, page(next, next)))
}

func TestEventSubjects(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]journal.Event{
		"florin.events.0.main.transaction-posted": {Ledger: "main", Type: "transaction-posted"},
		"florin.events.3.-.user-erased":           {Shard: 3, Type: "user-erased"},
	} {
		got, err := eventSubject(&e)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// Two relays publish the same journal, each at its own pace; the log has every event once, in order.
func TestTwoPublishersMakeOneSequence(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	server := js.Conn().ConnectedUrl()
	const end = 20_000
	var outrun [2]int
	var both sync.WaitGroup
	for i := range 2 {
		conn, err := Connect(server, Options{Log: quiet()})
		require.NoError(t, err)
		t.Cleanup(conn.Close)
		require.Eventually(t, conn.IsConnected, soon, tick)
		own, err := JetStream(conn)
		require.NoError(t, err)
		both.Go(func() {
			p := NewPublisher(own)
			for t.Context().Err() == nil {
				_, position, err := p.Published(t.Context(), 0)
				for err == nil && position < end {
					err = p.Publish(t.Context(), 1, page(position+1, min(position+int64(300+i*400), end)))
					position = min(position+int64(300+i*400), end)
				}
				if err == nil {
					return
				}
				if !assert.ErrorIs(t, err, journal.ErrOutrun) {
					return
				}
				outrun[i]++
			}
		})
	}
	both.Wait()
	require.Positive(t, outrun[0]+outrun[1], "they met")
	require.Equal(t, places(1, 1, end), stored(t, js))
}

// Two relays that find an empty log may begin at different positions. The first event decides.
func TestTwoPublishersOnAnEmptyLog(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	one, two := NewPublisher(js), NewPublisher(js)
	requirePublished(t, one, 0, 0)
	requirePublished(t, two, 0, 0)
	require.NoError(t, one.Publish(t.Context(), 1, page(1, 50)))
	require.ErrorIs(t, two.Publish(t.Context(), 1, page(40, 140)), journal.ErrOutrun)
	require.Equal(t, places(1, 1, 50), stored(t, js))
}

func TestReset(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	p, old := NewPublisher(js), NewPublisher(js)
	requirePublished(t, p, 0, 0)
	require.NoError(t, p.Publish(t.Context(), 1, page(1, 100)))
	requirePublished(t, old, 1, 100)
	require.NoError(t, old.Publish(t.Context(), 1, page(101, 101)))

	require.NoError(t, p.Reset(t.Context(), 0))
	require.ErrorIs(t, old.Publish(t.Context(), 1, page(102, 120)), journal.ErrOutrun, "it has not heard of the reset")
	require.Empty(t, stored(t, js))
	require.NoError(t, p.Publish(t.Context(), 2, page(90, 95)))
	require.Equal(t, places(2, 90, 95), stored(t, js))
	requirePublished(t, old, 2, 95)

	require.NoError(t, p.Reset(t.Context(), 0))
	requirePublished(t, p, 0, 0)
}

// The server confirms a message that it takes for a repeat, and does not store it.
func TestAnEventTakenForARepeatIsNotPublished(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	stream, err := js.Stream(t.Context(), eventStream(0))
	require.NoError(t, err)
	long := stream.CachedInfo().Config
	long.Duplicates = time.Hour
	_, err = js.UpdateStream(t.Context(), long)
	require.NoError(t, err)
	p := NewPublisher(js)
	requirePublished(t, p, 0, 0)
	require.NoError(t, p.Publish(t.Context(), 1, page(1, 1)))
	require.NoError(t, p.Reset(t.Context(), 0))
	require.ErrorIs(t, p.Publish(t.Context(), 1, page(1, 1)), journal.ErrOutrun)
	require.Empty(t, stored(t, js))
}

func TestPublishAfterTheServerWasAway(t *testing.T) {
	t.Parallel()
	server := natstest.Server(t)
	js := dial(t, server, Config{})
	p := NewPublisher(js)
	requirePublished(t, p, 0, 0)
	require.NoError(t, p.Publish(t.Context(), 1, page(1, 10)))
	restart(t, server, js, func() {
		err := p.Publish(t.Context(), 1, page(11, 20))
		require.Error(t, err)
		require.NotErrorIs(t, err, journal.ErrOutrun)
		_, _, err = p.Published(t.Context(), 0)
		require.Error(t, err)
	})
	require.ErrorIs(t, p.Publish(t.Context(), 1, page(11, 20)), journal.ErrOutrun)
	requirePublished(t, p, 1, 10)
	require.NoError(t, p.Publish(t.Context(), 1, page(11, 20)))

	restart(t, server, js, func() { require.NoError(t, os.RemoveAll(server.StoreDir())) })
	require.NoError(t, Setup(t.Context(), js, Config{}))
	other := NewPublisher(js)
	requirePublished(t, other, 0, 0)
	require.NoError(t, other.Publish(t.Context(), 2, page(15, 34)))
	require.ErrorIs(t, p.Publish(t.Context(), 1, page(21, 30)), journal.ErrOutrun, "another log than it knew, with as many messages")
	require.Equal(t, places(2, 15, 34), stored(t, js))
}

func TestPublishEndsWithItsContext(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	p := NewPublisher(js)
	requirePublished(t, p, 0, 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, p.Publish(ctx, 1, page(1, 5)), context.Canceled)
}
