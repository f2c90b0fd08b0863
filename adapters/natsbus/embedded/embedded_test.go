package embedded

import (
	"bytes"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, cfg Config) *Server {
	t.Helper()
	s, err := Start(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Shutdown()) })
	return s
}

func connect(t *testing.T, url string) *nats.Conn {
	t.Helper()
	conn, err := nats.Connect(url)
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	return conn
}

func TestStreamsStay(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "nats")
	first := start(t, Config{Dir: dir})
	js, err := jetstream.New(connect(t, first.URL()))
	require.NoError(t, err)
	stream, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "KEPT", Subjects: []string{"kept"}})
	require.NoError(t, err)
	assert.Equal(t, jetstream.FileStorage, stream.CachedInfo().Config.Storage)
	_, err = js.Publish(t.Context(), "kept", []byte("42"))
	require.NoError(t, err)
	require.NoError(t, first.Shutdown())
	require.NoError(t, first.Shutdown(), "a second Shutdown returns what the first did")
	_, err = net.Dial("tcp", strings.TrimPrefix(first.URL(), "nats://florin:"+first.password+"@"))
	require.Error(t, err, "nobody may listen when Shutdown returns")

	second := start(t, Config{Dir: dir})
	js, err = jetstream.New(connect(t, second.URL()))
	require.NoError(t, err)
	stream, err = js.Stream(t.Context(), "KEPT")
	require.NoError(t, err)
	message, err := stream.GetMsg(t.Context(), 1)
	require.NoError(t, err)
	assert.Equal(t, "42", string(message.Data))
}

func TestServerIsPrivate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "nats")
	s := start(t, Config{Dir: dir})
	_, err := nats.Connect(s.nats.ClientURL())
	require.ErrorIs(t, err, nats.ErrAuthorization, "no password")
	_, err = nats.Connect(strings.Replace(s.URL(), s.password, "guessed", 1))
	require.ErrorIs(t, err, nats.ErrAuthorization, "a wrong one")

	address, ok := s.nats.Addr().(*net.TCPAddr)
	require.True(t, ok)
	assert.True(t, address.IP.IsLoopback(), address)
	assert.Nil(t, s.nats.MonitorAddr())
	assert.Nil(t, s.nats.ClusterAddr())
	assert.Len(t, s.password, 2*passwordBytes)
	for path, mode := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "password"): 0o600} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, mode, info.Mode().Perm(), path)
	}
	other := start(t, Config{Dir: t.TempDir()})
	assert.NotEqual(t, s.password, other.password)
}

// Whoever starts Florin for the first time is warned of nothing.
func TestServerIsQuiet(t *testing.T) {
	t.Parallel()
	var lines bytes.Buffer
	log := slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s := start(t, Config{Dir: t.TempDir(), Log: log})
	connect(t, s.URL()).Close()
	require.NoError(t, s.Shutdown())
	assert.Empty(t, lines.String())
}

func TestPayloadLimit(t *testing.T) {
	t.Parallel()
	conn := connect(t, start(t, Config{Dir: t.TempDir()}).URL())
	assert.Equal(t, int64(1_048_576), conn.MaxPayload())
	require.NoError(t, conn.Publish("a", make([]byte, DefaultMaxPayload)))
	require.ErrorIs(t, conn.Publish("a", make([]byte, DefaultMaxPayload+1)), nats.ErrMaxPayload)

	small := connect(t, start(t, Config{Dir: t.TempDir(), MaxPayload: 1000}).URL())
	assert.Equal(t, int64(1000), small.MaxPayload())
}

func TestStartIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, Config{Dir: dir})

	_, err := Start(Config{Dir: dir})
	require.ErrorIs(t, err, ErrRunning)
	_, err = Start(Config{Dir: t.TempDir(), Port: s.Port()})
	require.ErrorIs(t, err, ErrRefused)
	require.ErrorContains(t, err, "address already in use")
	_, err = Start(Config{})
	require.ErrorContains(t, err, "Config.Dir is empty")

	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = Start(Config{Dir: file})
	require.Error(t, err)

	connect(t, s.URL()) // the first goes on
}
