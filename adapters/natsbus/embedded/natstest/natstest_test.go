package natstest

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRestartKeepsOrLosesTheStore(t *testing.T) {
	t.Parallel()
	bus := Server(t)
	url := bus.URL()
	conn, err := nats.Connect(url, nats.MaxReconnects(-1), nats.ReconnectWait(10*time.Millisecond), nats.ReconnectJitter(0, 0))
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	require.NoError(t, err)
	_, err = js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "KEPT", Subjects: []string{"kept.>"}})
	require.NoError(t, err)
	for range 3 {
		_, err = js.Publish(t.Context(), "kept.one", []byte("x"))
		require.NoError(t, err)
	}
	reconnected := func() bool { return conn.IsConnected() && conn.FlushTimeout(time.Second) == nil }

	bus.Restart(false)
	assert.Equal(t, url, bus.URL())
	require.Eventually(t, reconnected, 30*time.Second, 5*time.Millisecond)
	stream, err := js.Stream(t.Context(), "KEPT")
	require.NoError(t, err)
	assert.Equal(t, uint64(3), stream.CachedInfo().State.Msgs)

	bus.Restart(true)
	assert.Equal(t, url, bus.URL())
	require.Eventually(t, reconnected, 30*time.Second, 5*time.Millisecond)
	_, err = js.Stream(t.Context(), "KEPT")
	require.ErrorIs(t, err, jetstream.ErrStreamNotFound)

	bus.Stop()
	require.Eventually(t, func() bool { return !conn.IsConnected() }, 30*time.Second, 5*time.Millisecond)
	bus.Restart(false)
	require.Eventually(t, reconnected, 30*time.Second, 5*time.Millisecond)
}
