package localpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// postmaster is what a server says of itself in data/postmaster.pid.
// Source: src/include/utils/pidfile.h (LOCK_FILE_LINE_*).
type postmaster struct {
	pid   int
	port  int  // 0 until the server has come that far
	ready bool // it accepts connections
}

// readPostmaster parses data/postmaster.pid; fs.ErrNotExist where no server has left one.
func readPostmaster(data string) (postmaster, error) {
	content, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return postmaster{}, fmt.Errorf("localpg: %w", err)
	}
	lines := strings.Split(string(content), "\n")
	line := func(n int) string { // counted from 1, as in pidfile.h
		if n > len(lines) {
			return ""
		}
		return strings.TrimSpace(lines[n-1])
	}
	pid, err := strconv.Atoi(line(1))
	if err != nil {
		return postmaster{}, fmt.Errorf("localpg: %s: %w", filepath.Join(data, "postmaster.pid"), err)
	}
	port, _ := strconv.Atoi(line(4)) // written later than the first lines: 0 until then
	return postmaster{pid: pid, port: port, ready: line(8) == "ready"}, nil
}

// awaitOrphan returns once no server runs on data, and whether the last one crashed. The caller holds
// the folder's lock, so a server that runs has lost its owner, and its watchdog is stopping it. One
// that is still there after orphanTimeout was started by other means, and is a RunningError.
func awaitOrphan(ctx context.Context, dir, data string) (crashed bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, orphanTimeout)
	defer cancel()
	for {
		pm, err := readPostmaster(data)
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		// A file cut short by a crash names no process: it is stale.
		if err != nil || !serves(ctx, pm.pid, data) {
			return true, clearPostmaster(data)
		}
		if !pause(ctx, pollInterval) {
			return false, &RunningError{Dir: dir, PID: pm.pid, Port: pm.port}
		}
	}
}

// clearPostmaster removes a stale postmaster.pid. Postgres would do it too, unless the number has
// meanwhile gone to another process of the same user, which in a container is likely after every
// restart. Two servers on one folder stay impossible: the second finds the first one's shared memory.
func clearPostmaster(data string) error {
	err := os.Remove(filepath.Join(data, "postmaster.pid"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("localpg: remove a stale postmaster.pid: %w", err)
	}
	return nil
}

// serves reports whether process pid is a Postgres server on data. A living process is not enough:
// numbers are used again.
func serves(ctx context.Context, pid int, data string) bool {
	if pid <= 0 || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	if cwd, err := os.Readlink(filepath.Join(proc, "cwd")); err == nil {
		return cwd == data // a postmaster lives in its data folder; a zombie has no cwd
	}
	if _, err := os.Stat("/proc/self"); err == nil {
		line, err := os.ReadFile(filepath.Join(proc, "cmdline"))
		return err == nil && strings.Contains(string(line), data)
	}
	line, err := exec.CommandContext(ctx, "ps", "-o", "args=", "-p", strconv.Itoa(pid)).Output() // macOS
	return err == nil && strings.Contains(string(line), data)
}

// pause waits for d, or reports false when ctx has ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
