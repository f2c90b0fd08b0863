package localpg

import (
	"fmt"
	"os/exec"
)

// child is a started process and the goroutine that waits for it.
type child struct {
	cmd  *exec.Cmd
	done chan struct{} // closed once the process has ended
	err  error         // how; to be read after done
	keep any           // what must not be collected while the process runs: files close when they are
}

func startChild(cmd *exec.Cmd) (*child, error) {
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("localpg: start %s: %w", cmd.Path, err)
	}
	c := &child{cmd: cmd, done: make(chan struct{})}
	go c.reap()
	return c, nil
}

// reap has a name of its own because pgtest.IgnoreServer tells goleak about it.
func (c *child) reap() {
	defer close(c.done)
	if err := c.cmd.Wait(); err != nil {
		c.err = fmt.Errorf("localpg: %s: %w", c.cmd.Path, err)
	}
}

func (c *child) pid() int { return c.cmd.Process.Pid }
