// Package natstest gives each test a NATS server of its own.
package natstest

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/natsbus/embedded"
)

// Bus is a server that ends with its test, and that a test can restart.
type Bus struct {
	*embedded.Server
	t   testing.TB
	dir string
}

// Server starts a JetStream server with an empty store in the test's folder.
func Server(t testing.TB) *Bus {
	t.Helper()
	b := &Bus{t: t, dir: t.TempDir()}
	b.start(0)
	t.Cleanup(func() { require.NoError(t, b.Shutdown()) })
	return b
}

// Restart ends the server and starts it again on the same port, with the same password, so that
// clients that reconnect find it. wipe removes all streams in between: a store that was lost.
func (b *Bus) Restart(wipe bool) {
	b.t.Helper()
	b.Stop()
	if wipe {
		require.NoError(b.t, os.RemoveAll(b.StoreDir()))
	}
	b.start(b.Port())
}

// Stop ends the server until the next Restart: NATS is away.
func (b *Bus) Stop() {
	b.t.Helper()
	require.NoError(b.t, b.Shutdown())
}

func (b *Bus) start(port int) {
	b.t.Helper()
	server, err := embedded.Start(embedded.Config{Dir: b.dir, Port: port})
	require.NoError(b.t, err)
	b.Server = server
}
