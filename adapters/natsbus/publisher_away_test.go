package natsbus

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/natsbus/embedded/natstest"
)

// A publication that finds the connection gone fails, and no more: the process goes on.
func TestPublishWhileNatsIsAway(t *testing.T) {
	t.Parallel()
	server := natstest.Server(t)
	js := dial(t, server, Config{})
	p := NewPublisher(js)
	requirePublished(t, p, 0, 0)
	require.NoError(t, p.Publish(t.Context(), 1, page(1, 1)))
	server.Stop()
	require.Eventually(t, func() bool { return !js.Conn().IsConnected() }, 10*time.Second, 5*time.Millisecond)
	require.Error(t, p.Publish(t.Context(), 1, page(2, 2)))
	server.Restart(false)
	require.Eventually(t, js.Conn().IsConnected, 10*time.Second, 5*time.Millisecond)
	requirePublished(t, p, 1, 1)
	require.NoError(t, p.Publish(t.Context(), 1, page(2, 2)))
	require.Equal(t, places(1, 1, 2), stored(t, js))
}
