package bench

import (
	"bufio"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"sync"
)

const (
	// readySign is in the last line that florin dev prints once it can be called.
	readySign = "Ctrl-C stops all of it"
	// maxTail is how much of what a process printed is kept for an error's text, in lines.
	maxTail = 20
)

// runChild starts a process, tells whether that worked, and then how it ended. The thread that starts it
// is kept until then: on Linux a child that is to go with its parent goes with its parent's thread.
func runChild(cmd *exec.Cmd, started, ended chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := cmd.Start()
	started <- err
	if err == nil {
		ended <- cmd.Wait()
	}
}

// tail keeps the last lines that a process printed.
type tail struct {
	mu    sync.Mutex
	lines []string
}

// follow reads to the end, and closes ready at the line that says so.
func (t *tail) follow(r io.ReadCloser, ready chan<- struct{}) {
	defer r.Close()
	scanner := bufio.NewScanner(r)
	for scanner.Scan() {
		if strings.Contains(scanner.Text(), readySign) {
			close(ready)
		}
		t.mu.Lock()
		t.lines = append(t.lines, scanner.Text())
		t.lines = t.lines[max(0, len(t.lines)-maxTail):]
		t.mu.Unlock()
	}
}

// String returns the lines.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines, "\n")
}
