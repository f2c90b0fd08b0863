package localpg

import (
	"context"
	_ "embed" // watchdog.sh
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

//go:embed watchdog.sh
var watchdogScript string

const scriptEnv = "FLORIN_WATCHDOG_SCRIPT"

// watchdog is a shell that outlives its owner by moments: it waits for the end of a pipe that only
// the owner holds open, then stops the server and removes what was temporary.
//
// Why not Linux's parent death signal: that one fires when the *thread* that made the child ends,
// which Go decides, exists on Linux only, and cannot remove a folder. A pipe closes at exit, panic,
// os.Exit and kill -9 alike, on every Unix. /bin/sh is no new need: initdb itself calls it.
//
// It runs as the caller (who may signal the server's user and remove its files) and in its own
// process group, so that nothing sent to the owner's group meets it.
type watchdog struct {
	pipe  *os.File
	shell *child
}

// startWatchdog sets a watchdog over the server that will write pidfile. After the owner's end it
// sends signal, and removes the folders.
func startWatchdog(signal, pidfile string, folders ...string) (*watchdog, error) {
	read, write, err := os.Pipe() // close-on-exec: no other child of ours holds the end that counts
	if err != nil {
		return nil, fmt.Errorf("localpg: watchdog: %w", err)
	}
	// The script travels in the environment, so that a listing of processes stays readable.
	args := append([]string{"-c", `eval "$` + scriptEnv + `"`, "florin-watchdog", signal, pidfile}, folders...)
	// Not bound to a context: it has to outlive every one of them. Its output goes to /dev/null,
	// because `go test` waits for whoever holds the test's output.
	cmd := exec.Command("/bin/sh", args...) //nolint:noctx // see above
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), scriptEnv+"="+watchdogScript)
	cmd.Stdin = read
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	shell, err := startChild(cmd)
	err = errors.Join(err, read.Close())
	if err != nil {
		return nil, fmt.Errorf("localpg: watchdog: %w", errors.Join(err, write.Close()))
	}
	return &watchdog{pipe: write, shell: shell}, nil
}

// watch makes pid the process to stop when the owner ends.
func (w *watchdog) watch(pid int) error {
	if _, err := w.pipe.WriteString("watch " + strconv.Itoa(pid) + "\n"); err != nil {
		return fmt.Errorf("localpg: watchdog: %w", err)
	}
	return nil
}

// release says that the watched process has ended: its number may soon be somebody else's.
func (w *watchdog) release() error {
	if _, err := w.pipe.WriteString("release\n"); err != nil {
		return fmt.Errorf("localpg: watchdog: %w", err)
	}
	return nil
}

// dismiss lets the watchdog do its work now, and waits for it.
func (w *watchdog) dismiss(ctx context.Context) error {
	err := w.pipe.Close()
	select {
	case <-w.shell.done:
		return errors.Join(err, w.shell.err)
	case <-ctx.Done():
		return errors.Join(err, fmt.Errorf("localpg: watchdog: %w", ctx.Err()))
	}
}
