package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// process is florin in a process of its own.
type process struct {
	t   *testing.T
	cmd *exec.Cmd

	mu    sync.Mutex
	lines []string
	done  chan struct{}
	err   error
}

// florin starts a process in a folder. What it prints is kept.
func florin(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	p := &process{t: t, cmd: exec.CommandContext(context.WithoutCancel(t.Context()), self, args...), done: make(chan struct{})}
	p.cmd.Dir = dir
	p.cmd.Env = append(os.Environ(), asFlorin+"=1")
	reader, writer := io.Pipe()
	p.cmd.Stdout, p.cmd.Stderr = writer, writer
	require.NoError(t, p.cmd.Start())
	go func() {
		scanner := bufio.NewScanner(reader)
		for scanner.Scan() {
			p.mu.Lock()
			p.lines = append(p.lines, scanner.Text())
			p.mu.Unlock()
		}
	}()
	go func() {
		p.err = p.cmd.Wait()
		_ = writer.Close()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.signal(syscall.SIGKILL)
		<-p.done
	})
	return p
}

func (p *process) signal(s syscall.Signal) {
	_ = p.cmd.Process.Signal(s) // it may have ended
}

// output is everything that was printed so far.
func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, "\n")
}

// says waits until something is printed.
func (p *process) says(text string) {
	p.t.Helper()
	require.Eventually(p.t, func() bool { return strings.Contains(p.output(), text) }, 60*time.Second, 10*time.Millisecond,
		"%q is not said", text)
}

// ends waits for the end and returns the exit code.
func (p *process) ends() int {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(3 * time.Minute): // the figures in small take one of them under the race detector
		require.Fail(p.t, "the process does not end", p.output())
	}
	return p.cmd.ProcessState.ExitCode()
}

// kill ends the process as kill -9 does.
func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	<-p.done
}

// answers waits until a URL answers 200.
func answers(t *testing.T, url string) {
	t.Helper()
	require.Eventually(t, func() bool {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
		if err != nil {
			return false
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return false
		}
		_ = response.Body.Close()
		return response.StatusCode == http.StatusOK
	}, 60*time.Second, 10*time.Millisecond)
	http.DefaultClient.CloseIdleConnections()
}

// cluster is the service in processes of their own over one Postgres and one JetStream.
type cluster struct {
	*service
	args []string
}

// startCluster prepares what processes need; none is started.
func startCluster(t *testing.T) *cluster {
	t.Helper()
	s := prepareService(t)
	return &cluster{service: s, args: []string{"serve", "--database-url", s.settings.DatabaseURL, "--nats-url", s.nats.URL(),
		"--token-keys", s.settings.TokenKeys, "--secret-file", s.settings.SecretFile,
		"--keys-database-url", s.settings.KeysDatabaseURL, "--master-keys", s.settings.MasterKeys,
		"--mail-from", s.settings.MailFrom, "--mail-folder", s.settings.MailFolder, "--admin-listen", "", "--log-format", "text", "--log-level", "info"}}
}

// node starts a process with all roles on a port, and returns its address.
func (c *cluster) node(port int) (*process, string) {
	c.t.Helper()
	address := fmt.Sprintf("127.0.0.1:%d", port)
	p := florin(c.t, c.t.TempDir(), append(append([]string(nil), c.args...), "--listen", address)...)
	return p, "http://" + address
}

// freePort is a port that nothing listened on a moment ago.
func freePort(t *testing.T) int {
	t.Helper()
	var config net.ListenConfig
	ln, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}
