package localpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const logFile = "postgres.log"

// launch starts postgres until it accepts connections, and returns the process and its port.
//
// A server that dies while it starts is started again only where that can help: on another free
// port, or, after a crash, once the old server's last backend has gone.
func (c *Cluster) launch(ctx context.Context, bin binaries, crashed bool) (*child, int, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	began := time.Now()
	for try := 1; ; try++ {
		port := c.cfg.Port
		if port == 0 {
			free, err := freePort(ctx)
			if err != nil {
				return nil, 0, err
			}
			port = free
		} else if err := checkPort(ctx, port); err != nil {
			return nil, 0, err
		}
		server, err := c.launchOnce(ctx, bin, port)
		if err == nil {
			return server, port, nil
		}
		again := crashed && time.Since(began) < leftoverTimeout || c.cfg.Port == 0 && try < maxPorts
		if !errors.Is(err, errDiedStarting) || !again || !pause(ctx, restartPause) {
			return nil, 0, err
		}
	}
}

var errDiedStarting = errors.New("localpg: the server ended while it started")

func (c *Cluster) launchOnce(ctx context.Context, bin binaries, port int) (*child, error) {
	log, from, err := openLog(c.dir)
	if err != nil {
		return nil, err
	}
	// Not bound to ctx, which ends with Start: the server lives until Stop, or until the watchdog acts.
	cmd := c.user.command(context.WithoutCancel(ctx), filepath.Join(bin.dir, "postgres"),
		settings(c.cfg, port, c.data(), c.socket)...)
	cmd.Env = append(cmd.Env, c.cfg.Env...)
	cmd.Stdout, cmd.Stderr = log, log
	server, err := startChild(cmd)
	if err := errors.Join(err, log.Close()); err != nil {
		return nil, err
	}
	err = c.guard.watch(server.pid())
	for err == nil {
		select {
		case <-server.done:
			err = fmt.Errorf("%w: %w\n%s", errDiedStarting, server.err, readLog(c.dir, from))
			return nil, errors.Join(err, c.guard.release())
		default:
		}
		pm, unread := readPostmaster(c.data())
		if unread == nil && pm.pid == server.pid() && pm.ready {
			return server, nil
		}
		if !pause(ctx, pollInterval) {
			err = fmt.Errorf("localpg: the server is not ready: %w\n%s", ctx.Err(), readLog(c.dir, from))
		}
	}
	halt, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	return nil, errors.Join(err, terminate(halt, server), c.guard.release())
}

// terminate ends the server: a fast shutdown (sessions are cut, a checkpoint is written), then an
// immediate one, then SIGKILL. Each step waits for stopTimeout, the first no longer than ctx.
// The error is nil only for a clean end.
func terminate(ctx context.Context, server *child) error {
	waiting := ctx
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		if err := server.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("localpg: stop the server: %w", err)
		}
		limit, cancel := context.WithTimeout(waiting, stopTimeout)
		select {
		case <-server.done:
			cancel()
			return server.err
		case <-limit.Done():
			cancel()
		}
		waiting = context.WithoutCancel(ctx)
	}
	return errors.New("localpg: the server outlived SIGKILL")
}

// freePort returns a TCP port of 127.0.0.1 that nobody listens on at the moment.
func freePort(ctx context.Context) (int, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("localpg: find a free port: %w", err)
	}
	address, ok := listener.Addr().(*net.TCPAddr)
	if err := listener.Close(); err != nil || !ok {
		return 0, fmt.Errorf("localpg: find a free port: %w", err)
	}
	return address.Port, nil
}

// checkPort is ErrPortTaken where something listens on the port already.
func checkPort(ctx context.Context, port int) error {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%w: %d", ErrPortTaken, port)
	}
	if err != nil {
		return fmt.Errorf("localpg: port %d: %w", port, err)
	}
	if err := listener.Close(); err != nil {
		return fmt.Errorf("localpg: port %d: %w", port, err)
	}
	return nil
}

// openLog opens Dir/postgres.log for appending, and tells where this start's lines begin. In Dir rather
// than in the home: root must not follow a link that the server's user could lay there.
func openLog(dir string) (log *os.File, from int64, err error) {
	path := filepath.Join(dir, logFile)
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, 0, fmt.Errorf("localpg: %w", err)
		}
	}
	log, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, 0, fmt.Errorf("localpg: %w", err)
	}
	from, err = log.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, 0, fmt.Errorf("localpg: %w", errors.Join(err, log.Close()))
	}
	return log, from, nil
}

// readLog returns the end of what was logged since from. It only ever goes into an error's text,
// so a log that cannot be read is an empty one.
func readLog(dir string, from int64) string {
	content, err := os.ReadFile(filepath.Join(dir, logFile))
	if err != nil || int64(len(content)) < from {
		return ""
	}
	return tail(content[from:])
}
