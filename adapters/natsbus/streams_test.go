package natsbus

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/natsbus/embedded/natstest"
	"github.com/florinledger/florin/ledger/journal"
)

func born(t *testing.T, js jetstream.JetStream, stream string) time.Time {
	t.Helper()
	s, err := js.Stream(t.Context(), stream)
	require.NoError(t, err)
	return s.CachedInfo().Created
}

func TestSetupAgainKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{Shards: []journal.Shard{0, 7}})
	push(t, js, 1, 3)
	before := born(t, js, commandStream(0))
	require.NoError(t, Setup(t.Context(), js, Config{CommandsMaxBytes: 1 << 20}))
	require.Equal(t, before, born(t, js, commandStream(0)))
	s, err := js.Stream(t.Context(), commandStream(0))
	require.NoError(t, err)
	require.EqualValues(t, 3, s.CachedInfo().State.Msgs)
	require.EqualValues(t, 1<<20, s.CachedInfo().Config.MaxBytes)
	require.Equal(t, jetstream.DiscardNew, s.CachedInfo().Config.Discard)
	require.Equal(t, CommandsMaxAge, s.CachedInfo().Config.MaxAge)

	names := js.StreamNames(t.Context())
	var got []string
	for name := range names.Name() {
		got = append(got, name)
	}
	require.NoError(t, names.Err())
	require.ElementsMatch(t, []string{"FLORIN-HEAD", "SESSIONS", "COMMANDS-0", "EVENTS-0", "COMMANDS-7", "EVENTS-7"}, got)
}

// The service starts without NATS, gets its streams when NATS comes, and gets them again when NATS
// comes back empty.
func TestKeep(t *testing.T) {
	t.Parallel()
	server := natstest.Server(t)
	server.Stop()
	conn, err := Connect(server.URL(), Options{Log: quiet()})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	require.False(t, conn.IsConnected())
	js, err := JetStream(conn)
	require.NoError(t, err)
	bus := newBus(t, js)
	w := startWriter(t, js)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Keep(ctx, js, Config{}, quiet()) }()

	works := func(n int) {
		require.Eventually(t, func() bool {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := bus.Send(ctx, 0, command(n), false)
			return err == nil
		}, soon, tick)
	}
	_, err = bus.Send(t.Context(), 0, command(1), false)
	require.ErrorIs(t, err, journal.ErrBusAway)
	server.Restart(false)
	works(2)
	first := w.at().Born
	restart(t, server, js, func() { require.NoError(t, os.RemoveAll(server.StoreDir())) })
	works(3)
	require.NotEqual(t, first, w.at().Born)
	cancel()
	require.NoError(t, <-ended)
}
