package natsbus

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/natsbus/embedded/natstest"
	"github.com/florinledger/florin/ledger/journal"
)

// away waits until the client has noticed that the server is gone, so that what follows meets the
// new one.
func restart(t *testing.T, server *natstest.Bus, js jetstream.JetStream, between func()) {
	t.Helper()
	server.Stop()
	require.Eventually(t, func() bool { return !js.Conn().IsConnected() }, soon, tick)
	between()
	server.Restart(false)
	require.Eventually(t, js.Conn().IsConnected, soon, tick)
}

func TestReceiveGoesOnFromTheMark(t *testing.T) {
	t.Parallel()
	server := natstest.Server(t)
	js := dial(t, server, Config{})
	push(t, js, 1, 10)
	got := receive(t, js, journal.Mark{}, 10)
	require.Equal(t, idsOf(1, 10), ids(got))
	require.EqualValues(t, 4, got[3].Mark.Seq)
	require.Equal(t, idsOf(5, 10), ids(receive(t, js, got[3].Mark, 6)))

	restart(t, server, js, func() {})
	push(t, js, 11, 11)
	require.Equal(t, idsOf(5, 11), ids(receive(t, js, got[3].Mark, 7)))
	// A mark comes back from Postgres in microseconds.
	require.Equal(t, got[3].Mark.Born, got[3].Mark.Born.Truncate(time.Microsecond))
}

func TestReceiveFromAStoreThatWasWiped(t *testing.T) {
	t.Parallel()
	server := natstest.Server(t)
	js := dial(t, server, Config{})
	push(t, js, 1, 10)
	mark := receive(t, js, journal.Mark{}, 10)[1].Mark
	restart(t, server, js, func() { require.NoError(t, os.RemoveAll(server.StoreDir())) })
	require.NoError(t, Setup(t.Context(), js, Config{}))
	push(t, js, 11, 15)
	got := receive(t, js, mark, 5)
	require.Equal(t, idsOf(11, 15), ids(got), "sequences 1 to 5 again, but other commands")
	require.NotEqual(t, mark.Born, got[0].Mark.Born)
}

func TestReceiveFromAStoreThatCameBackOlder(t *testing.T) {
	t.Parallel()
	server := natstest.Server(t)
	js := dial(t, server, Config{})
	push(t, js, 1, 3)
	kept := filepath.Join(t.TempDir(), "kept")
	restart(t, server, js, func() { require.NoError(t, os.CopyFS(kept, os.DirFS(server.StoreDir()))) })
	push(t, js, 4, 10)
	mark := receive(t, js, journal.Mark{}, 10)[8].Mark
	restart(t, server, js, func() {
		require.NoError(t, os.RemoveAll(server.StoreDir()))
		require.NoError(t, os.CopyFS(server.StoreDir(), os.DirFS(kept)))
	})
	push(t, js, 11, 12)
	require.Equal(t, append(idsOf(1, 3), idsOf(11, 12)...), ids(receive(t, js, mark, 5)))
}

func TestAMessageThatCannotBeRead(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	push(t, js, 1, 1)
	_, err := js.Publish(t.Context(), commandSubject(0), []byte("\x01Dgarbage"))
	require.NoError(t, err)
	push(t, js, 2, 2)
	got := receive(t, js, journal.Mark{}, 3)
	require.Len(t, got[1].Commands, 1)
	c := got[1].Commands[0]
	require.Equal(t, journal.Undecodable, c.Type)
	require.JSONEq(t, `{"message":"AURnYXJiYWdl"}`, string(c.Data))
	require.True(t, json.Valid(c.Data))
	require.EqualValues(t, 2, got[1].Mark.Seq)
	require.Equal(t, command(2).ID, got[2].Commands[0].ID, "its neighbours are as they were")

	again := receive(t, js, got[0].Mark, 1)
	require.Equal(t, c, again[0].Commands[0], "delivered again it is the same dead letter")
}

func TestReceiveWhenTheServerGoes(t *testing.T) {
	t.Parallel()
	server := natstest.Server(t)
	js := dial(t, server, Config{})
	push(t, js, 1, 1)
	first, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- NewSource(js).Receive(t.Context(), 0, journal.Mark{}, func(journal.Delivery) error {
			close(first)
			return nil
		})
	}()
	<-first
	server.Stop()
	stopped := time.Now()
	require.ErrorIs(t, <-ended, errLost)
	require.ErrorIs(t, NewSource(js).Receive(t.Context(), 0, journal.Mark{}, nil), errLost, "while it is away")
	require.Less(t, time.Since(stopped), 2*time.Second)
}

func TestReceiveWhenConsumerOrStreamGoes(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	for _, remove := range []func(jetstream.Stream){
		func(s jetstream.Stream) {
			names := s.ConsumerNames(t.Context())
			for name := range names.Name() {
				require.NoError(t, s.DeleteConsumer(t.Context(), name))
			}
			require.NoError(t, names.Err())
		},
		func(jetstream.Stream) { require.NoError(t, js.DeleteStream(t.Context(), commandStream(0))) },
	} {
		push(t, js, 1, 1)
		first, ended := make(chan struct{}, 2), make(chan error, 1)
		go func() {
			ended <- NewSource(js).Receive(t.Context(), 0, journal.Mark{}, func(journal.Delivery) error {
				first <- struct{}{}
				return nil
			})
		}()
		<-first
		stream, err := js.Stream(t.Context(), commandStream(0))
		require.NoError(t, err)
		start := time.Now()
		remove(stream)
		require.ErrorIs(t, <-ended, errLost)
		require.Less(t, time.Since(start), 2*time.Second)
	}
	require.ErrorIs(t, NewSource(js).Receive(t.Context(), 0, journal.Mark{}, nil), jetstream.ErrStreamNotFound)
}

func TestReceiveEndsWithItsContext(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	push(t, js, 1, 1)
	ctx, cancel := context.WithCancel(t.Context())
	err := NewSource(js).Receive(ctx, 0, journal.Mark{}, func(journal.Delivery) error {
		cancel()
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)
	stream, err := js.Stream(t.Context(), commandStream(0))
	require.NoError(t, err)
	require.Zero(t, stream.CachedInfo().State.Consumers, "it leaves no consumer behind")
}

// Messages that the stream no longer holds are not waited for; all others must come.
func TestReceivePassesOverWhatIsGone(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	push(t, js, 1, 9)
	stream, err := js.Stream(t.Context(), commandStream(0))
	require.NoError(t, err)
	for _, seq := range []uint64{1, 4, 5, 8} {
		require.NoError(t, stream.DeleteMsg(t.Context(), seq))
	}
	got := receive(t, js, journal.Mark{}, 5)
	require.Equal(t, append(append(idsOf(2, 3), idsOf(6, 7)...), idsOf(9, 9)...), ids(got))
	require.EqualValues(t, 9, got[4].Mark.Seq)

	o := opened{stream: stream, next: 6}
	require.NoError(t, o.gone(t.Context(), 6))
	require.ErrorContains(t, o.gone(t.Context(), 7), "message 7 came where 6 was due", "6 is there and did not come")
	require.ErrorContains(t, o.gone(t.Context(), 3), "message 3 came where 6 was due")

	consumer, err := stream.CreateConsumer(t.Context(), jetstream.ConsumerConfig{AckPolicy: jetstream.AckNonePolicy})
	require.NoError(t, err)
	fetched, err := consumer.Fetch(5)
	require.NoError(t, err)
	var batch []jetstream.Msg // 2, 3, 6, 7, 9
	for m := range fetched.Messages() {
		batch = append(batch, m)
	}
	o.next = 2
	n, err := o.inOrder(t.Context(), []jetstream.Msg{batch[0], batch[1], batch[3], batch[4]})
	require.ErrorContains(t, err, "message 7 came where 4 was due", "6 was lost on the way")
	require.Equal(t, 2, n, "what came before it is good")
	require.EqualValues(t, 4, o.next)
	require.ErrorContains(t, (&opened{stream: stream, next: 10}).gone(t.Context(), 12), "message 12 came where 10 was due")
}

func TestTrim(t *testing.T) {
	t.Parallel()
	server := natstest.Server(t)
	js := dial(t, server, Config{})
	source := NewSource(js)
	w := startWriter(t, js)
	push(t, js, 1, 100)
	require.Eventually(t, func() bool { return w.count() == 100 }, soon, tick)
	mark := w.at()
	before := w.lost
	require.NoError(t, source.Trim(t.Context(), 0, journal.Mark{Born: mark.Born.Add(time.Second), Seq: 100}))
	require.EqualValues(t, 100, messages(t, js, commandStream(0)), "a mark of another stream")
	require.NoError(t, source.Trim(t.Context(), 0, mark))
	require.EqualValues(t, 1, messages(t, js, commandStream(0)))
	push(t, js, 101, 110)
	require.Eventually(t, func() bool { return w.count() == 110 }, soon, tick)
	require.Equal(t, before, w.lost, "the reader did not notice")
	require.Equal(t, idsOf(101, 110), ids(receive(t, js, mark, 10)))

	require.NoError(t, source.Trim(t.Context(), 0, w.at()))
	mark = w.at()
	restart(t, server, js, func() {})
	push(t, js, 111, 111)
	require.Equal(t, idsOf(111, 111), ids(receive(t, js, mark, 1)), "a trimmed stream counts on after a restart")
}
