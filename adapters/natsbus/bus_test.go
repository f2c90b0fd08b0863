package natsbus

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/natsbus/embedded/natstest"
	"github.com/florinledger/florin/ledger/journal"
)

func messages(t testing.TB, js jetstream.JetStream, stream string) uint64 {
	t.Helper()
	s, err := js.Stream(t.Context(), stream)
	require.NoError(t, err)
	return s.CachedInfo().State.Msgs
}

func TestSendBringsTheAnswer(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	bus, w := newBus(t, js), startWriter(t, js)
	c := command(1)
	a, err := bus.Send(t.Context(), 0, c, false)
	require.NoError(t, err)
	require.Equal(t, answerTo(&c), a)
	require.Equal(t, []journal.Command{c}, w.received)

	a, err = bus.Send(t.Context(), 0, command(2), true)
	require.NoError(t, err)
	require.Equal(t, command(2).ID, a.Outcome.Command)
	require.Equal(t, []journal.CommandID{command(2).ID}, w.refs)

	bus.Hint(0, command(3).ID)
	require.Eventually(t, func() bool { return w.count() == 3 }, soon, tick)
	require.Equal(t, command(3).ID, w.refs[1])
}

func TestCommandsThatArriveTogetherTravelTogether(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	bus, w := newBus(t, js), startWriter(t, js)
	const callers, each = 200, 10
	var all sync.WaitGroup
	for n := range callers {
		all.Go(func() {
			for i := range each {
				c := command(n*each + i)
				a, err := bus.Send(t.Context(), 0, c, false)
				if err != nil || a.Outcome.Command != c.ID {
					t.Errorf("command %s: answer to %s, %v", c.ID, a.Outcome.Command, err)
				}
			}
		})
	}
	all.Wait()
	require.Equal(t, callers*each, w.count(), "each command arrives once")
	require.Less(t, messages(t, js, commandStream(0)), uint64(callers*each/4))
}

// The bounds of a message, with no publisher running that could take part of it early.
func TestOneMessageTakesWhatFits(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	l := newLane(js, 0, "florin.replies.test", make(chan struct{}))
	for n := range 2*MaxJoined + 1 {
		require.True(t, l.put(&parcel{body: journal.AppendRef(nil, command(n).ID)}))
	}
	big := make([]byte, MaxMessage/2)
	for range 3 {
		c := journal.Command{Data: big}
		require.True(t, l.put(&parcel{body: journal.AppendCommand(nil, &c)}))
	}
	var counts []int
	var buf []byte
	for len(l.waiting) > 0 || l.held != nil {
		parcels, ack, err := l.publish(&buf)
		require.NoError(t, err)
		require.NoError(t, await(ack, nil))
		require.LessOrEqual(t, len(buf), MaxMessage)
		counts = append(counts, len(parcels))
	}
	require.Equal(t, []int{MaxJoined, MaxJoined, 2, 1, 1}, counts)
	require.Zero(t, l.bytes.Load())
}

func TestTooMuchWaitingIsRefused(t *testing.T) {
	t.Parallel()
	l := newLane(nil, 0, "", nil)
	for range MaxWaiting {
		require.True(t, l.put(&parcel{body: []byte{1}}))
	}
	require.False(t, l.put(&parcel{body: []byte{1}}), "one too many")
	require.EqualValues(t, MaxWaiting, l.bytes.Load())

	l = newLane(nil, 0, "", nil)
	require.True(t, l.put(&parcel{body: make([]byte, MaxWaitingBytes)}))
	require.False(t, l.put(&parcel{body: []byte{1}}), "one byte too many")
	require.EqualValues(t, MaxWaitingBytes, l.bytes.Load())
}

func TestCommandsArriveInTheOrderTheyWereHandedOver(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	bus, w := newBus(t, js), startWriter(t, js)
	const n = 5_000
	for i := range n {
		bus.Hint(0, command(i).ID)
	}
	require.Eventually(t, func() bool { return w.count() == n }, soon, tick)
	require.Equal(t, idsOf(0, n-1), w.refs)
}

func TestEveryCallThatWaitsForAnIDIsAnswered(t *testing.T) {
	t.Parallel()
	ws := newWaiters()
	mine, other := command(1), command(1)
	other.Hash[0]++
	first, second, third, ref := ws.add(&mine, false), ws.add(&mine, false), ws.add(&other, false), ws.add(&other, true)
	ws.answer(answerTo(&mine))
	require.Equal(t, answerTo(&mine), (<-first.result).answer)
	repeat := answerTo(&mine)
	repeat.Replayed = true
	require.Equal(t, repeat, (<-second.result).answer)
	require.Equal(t, repeat, (<-ref.result).answer, "a ref asks about the body in the inbox")
	require.Empty(t, third.result, "another request under the same id")

	ws.answer(answerTo(&other))
	require.Equal(t, answerTo(&other), (<-third.result).answer)
	for _, w := range []*waiter{first, second, third, ref} {
		ws.remove(w)
	}
	require.Empty(t, ws.byID)
}

func TestParallelCallsUnderOneID(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	bus := newBus(t, js)
	startWriter(t, js)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			a, err := bus.Send(t.Context(), 0, command(7), false)
			if err != nil || a.Outcome.Command != command(7).ID {
				t.Errorf("answer to %s, %v", a.Outcome.Command, err)
			}
		})
	}
	all.Wait()
	require.Empty(t, bus.waiters.byID)
}

func TestSendEndsWithItsContext(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	bus := newBus(t, js) // and no writer
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := bus.Send(ctx, 0, command(1), false)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.EqualValues(t, 1, messages(t, js, commandStream(0)), "it was handed over")
	_, err = bus.Send(ctx, 0, command(2), false)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.EqualValues(t, 1, messages(t, js, commandStream(0)), "it was not")
}

func TestBusAway(t *testing.T) {
	t.Parallel()
	server := natstest.Server(t)
	js := dial(t, server, Config{})
	bus := newBus(t, js)

	waits := make(chan error, 1)
	go func() {
		_, err := bus.Send(t.Context(), 0, command(1), false)
		waits <- err
	}()
	require.Eventually(t, func() bool { return messages(t, js, commandStream(0)) == 1 }, soon, tick)
	server.Stop()
	stopped := time.Now()
	require.ErrorIs(t, <-waits, journal.ErrBusAway, "a call that waits for its answer")
	for range 100 {
		_, err := bus.Send(t.Context(), 0, command(2), false)
		require.ErrorIs(t, err, journal.ErrBusAway)
	}
	require.Less(t, time.Since(stopped), 2*time.Second)
	require.ErrorIs(t, js.Conn().Publish("x", nil), nats.ErrReconnectBufExceeded, "nothing is kept for later")

	server.Restart(false)
	startWriter(t, js)
	require.Eventually(t, func() bool {
		a, err := bus.Send(t.Context(), 0, command(3), false)
		return err == nil && a.Outcome.Command == command(3).ID
	}, soon, tick)
	require.Equal(t, idsOf(1, 1), ids(receive(t, js, journal.Mark{}, 1)), "the first command was stored; the hundred were not")
}

func TestBusAwayWithoutAStream(t *testing.T) {
	t.Parallel()
	js := dialOnly(t, natstest.Server(t))
	bus := newBus(t, js)
	_, err := bus.Send(t.Context(), 0, command(1), false)
	require.ErrorIs(t, err, journal.ErrBusAway)
	require.ErrorIs(t, err, jetstream.ErrNoStreamResponse)
}

func TestBusAwayWhenTheStreamIsFull(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{CommandsMaxBytes: 4 << 10})
	bus := newBus(t, js)
	startWriter(t, js)
	var err error
	sent := 0
	for ; err == nil && sent < 100; sent++ {
		_, err = bus.Send(t.Context(), 0, command(sent), false)
	}
	require.ErrorIs(t, err, journal.ErrBusAway)
	require.Greater(t, sent, 5)
}

func TestACommandThatFitsNoMessage(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	bus, w := newBus(t, js), startWriter(t, js)
	c := command(1)
	c.Data = json.RawMessage(make([]byte, MaxMessage))
	_, err := bus.Send(t.Context(), 0, c, false)
	require.ErrorIs(t, err, journal.ErrBusAway)
	c.Data = c.Data[:MaxMessage-maxHead-journal.CommandSize(&journal.Command{Type: c.Type, Actor: c.Actor})]
	_, err = bus.Send(t.Context(), 0, c, false)
	require.NoError(t, err)
	require.Equal(t, 1, w.count())
}

func TestAClosedBus(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	bus := newBus(t, js)
	waits := make(chan error, 1)
	go func() {
		_, err := bus.Send(t.Context(), 0, command(1), false)
		waits <- err
	}()
	require.Eventually(t, func() bool { return messages(t, js, commandStream(0)) == 1 }, soon, tick)
	require.NoError(t, bus.Close())
	require.ErrorIs(t, <-waits, journal.ErrBusAway)
	_, err := bus.Send(t.Context(), 0, command(2), false)
	require.ErrorIs(t, err, journal.ErrBusAway)
}
