// Package redistest starts a real redis-server for a test, and ends it with the test, however that ends.
package redistest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

const (
	// startTimeout bounds a start, on a machine that compiles other packages' tests meanwhile.
	startTimeout = 30 * time.Second
	// startPoll is how often a server is asked whether it listens.
	startPoll = 5 * time.Millisecond
)

// keeper starts a server, says its pid, and ends it when its standard input ends, which is when the test
// process does, however that happens. It does not wait for the server before, so that the pid stays the server's.
const keeper = `redis-server "$@" >/dev/null 2>&1 & echo $!; read -r _; kill -KILL $! 2>/dev/null; wait`

// Server is a redis-server on a Unix socket. It writes to disk only when it is told to (SAVE).
type Server struct {
	t    testing.TB
	dir  string
	pid  int
	stop func()
}

// Start runs a server until t ends. A redis-server that is not installed fails t.
func Start(t testing.TB) *Server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Fatal("redistest: redis-server is not installed; on Debian: apt-get install redis-server (the server that Debian starts is not needed), on macOS: brew install redis")
	}
	dir, err := os.MkdirTemp("", "florin-redis-") //nolint:usetesting // the path of a socket has at most some hundred bytes
	require.NoError(t, err)
	s := &Server{t: t, dir: dir, stop: func() {}}
	t.Cleanup(func() {
		s.stop()
		require.NoError(t, os.RemoveAll(dir))
	})
	s.Restart()
	return s
}

// URL is the address to connect to. It stays the same when the server is killed and started again.
func (s *Server) URL() string { return "unix://" + s.socket() }

func (s *Server) socket() string { return filepath.Join(s.dir, "redis.sock") }

// Kill ends the server with SIGKILL: what was not saved is lost.
func (s *Server) Kill() {
	s.stop()
	s.stop = func() {}
}

// Restart starts the server again, with what was saved last, and returns when it listens.
func (s *Server) Restart() {
	s.t.Helper()
	s.Kill()
	cmd := exec.CommandContext(context.WithoutCancel(s.t.Context()), "/bin/sh", "-c", keeper, "florin-redis", //nolint:gosec // no input of anybody's
		"--port", "0", "--unixsocket", s.socket(), "--dir", s.dir, "--save", "", "--appendonly", "no")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for the test, which then ends this
	in, err := cmd.StdinPipe()
	require.NoError(s.t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(s.t, err)
	require.NoError(s.t, cmd.Start())
	s.stop = func() {
		_ = in.Close()
		_ = cmd.Wait()
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(s.t, err)
	s.pid, err = strconv.Atoi(strings.TrimSpace(line))
	require.NoError(s.t, err)
	require.NoError(s.t, s.await())
}

// await returns when the server answers.
func (s *Server) await() error {
	ctx, cancel := context.WithTimeout(s.t.Context(), startTimeout)
	defer cancel()
	for {
		err := s.ping(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("redistest: redis-server does not answer: %w", err)
		case <-time.After(startPoll):
		}
	}
}

func (s *Server) ping(ctx context.Context) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", s.socket())
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // it was only asked whether it answers
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil && answer != "+PONG\r\n" {
		err = errors.New(strings.TrimSpace(answer)) // it is still loading what was saved
	}
	return err
}

// Pause stops the server without closing its connections, as a machine does that hangs; Resume lets it
// go on.
func (s *Server) Pause() { require.NoError(s.t, syscall.Kill(s.pid, syscall.SIGSTOP)) }

// Resume is the end of Pause.
func (s *Server) Resume() { require.NoError(s.t, syscall.Kill(s.pid, syscall.SIGCONT)) }

// Values returns every key with its value. All of Florin's are strings.
func (s *Server) Values() map[string]string {
	s.t.Helper()
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: s.socket()})
	defer client.Close() //nolint:errcheck // it has been asked what it was to be asked
	keys, err := client.Keys(s.t.Context(), "*").Result()
	require.NoError(s.t, err)
	values := make(map[string]string, len(keys))
	for _, key := range keys {
		value, err := client.Get(s.t.Context(), key).Result()
		if errors.Is(err, redis.Nil) {
			continue // it has ended meanwhile
		}
		require.NoError(s.t, err)
		values[key] = value
	}
	return values
}
