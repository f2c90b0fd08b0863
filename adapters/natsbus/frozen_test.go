package natsbus

import (
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/natsbus/embedded/natstest"
	"github.com/florinledger/florin/ledger/journal"
)

// wire stands between a client and a server. Once frozen it swallows what either of them says, and
// neither is told: a server that was stopped, or a network that lost its way.
type wire struct {
	url    string
	frozen atomic.Bool
}

func newWire(t *testing.T, server *natstest.Bus) *wire {
	t.Helper()
	to, err := url.Parse(server.URL())
	require.NoError(t, err)
	target := to.Host
	var listening net.ListenConfig
	l, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	to.Host = l.Addr().String()
	w := &wire{url: to.String()}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			var dialer net.Dialer
			upstream, err := dialer.DialContext(t.Context(), "tcp", target)
			if err != nil {
				_ = client.Close()
				continue
			}
			running.Go(func() { w.carry(client, upstream) })
			running.Go(func() { w.carry(upstream, client) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); running.Wait() })
	return w
}

func (w *wire) carry(from, to net.Conn) {
	defer func() { _, _ = from.Close(), to.Close() }()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		if w.frozen.Load() {
			continue
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

func TestAServerThatFallsSilent(t *testing.T) {
	t.Parallel()
	w := newWire(t, natstest.Server(t))
	conn, err := Connect(w.url, Options{Log: quiet()})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	require.Eventually(t, conn.IsConnected, soon, tick)
	js, err := JetStream(conn)
	require.NoError(t, err)
	require.NoError(t, Setup(t.Context(), js, Config{}))
	bus := newBus(t, js)
	push(t, js, 1, 1)

	first, ended := make(chan struct{}, 1), make(chan error, 1)
	go func() {
		ended <- NewSource(js).Receive(t.Context(), 0, journal.Mark{}, func(journal.Delivery) error {
			first <- struct{}{}
			return nil
		})
	}()
	<-first
	w.frozen.Store(true)
	frozen := time.Now()
	err = <-ended
	require.ErrorIs(t, err, errLost)
	require.ErrorIs(t, err, jetstream.ErrNoHeartbeat)
	require.Less(t, time.Since(frozen), 5*heartbeat)

	_, err = bus.Send(t.Context(), 0, command(2), false)
	require.ErrorIs(t, err, journal.ErrBusAway)
	require.Less(t, time.Since(frozen), 5*heartbeat+3*ackTimeout)
	require.Eventually(t, func() bool { return !conn.IsConnected() }, soon, tick, "the pings find it out")
}
