package topology

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// part is a server that runs, can be stopped in every manner, and started again where it was.
type part interface {
	// start starts it and returns once it is up.
	start(ctx context.Context) error
	// stop asks it to end as TERM does, and waits for it.
	stop(ctx context.Context) error
	// signal sends a signal to all of its processes, and waits for its end if that is SIGKILL.
	signal(s syscall.Signal) error
	// pid is its process; 0 while it does not run.
	pid() int
}

// program is a part that is one process.
type program struct {
	name, path string
	args, env  []string
	dir, log   string
	guard      *watchdog
	// up reports whether it can be used, and why not.
	up func(ctx context.Context) error

	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
	end  error
}

// start implements part.
func (p *program) start(ctx context.Context) error {
	if err := p.run(); err != nil {
		return err
	}
	return p.await(ctx)
}

// run starts the process.
func (p *program) run() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		return fmt.Errorf("%s runs already", p.name)
	}
	log, err := os.OpenFile(p.log, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	cmd := exec.Command(p.path, p.args...) //nolint:noctx // it lives until it is stopped, or until the watchdog acts
	cmd.Dir, cmd.Env = p.dir, append(os.Environ(), p.env...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for who started all of it
	if err := errors.Join(cmd.Start(), log.Close()); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	p.cmd, p.done = cmd, make(chan struct{})
	p.guard.watch(cmd.Process.Pid)
	go func(done chan struct{}) {
		err := cmd.Wait()
		p.guard.release(cmd.Process.Pid)
		p.mu.Lock()
		p.cmd, p.end = nil, err
		p.mu.Unlock()
		close(done)
	}(p.done)
	return nil
}

// await returns once the process can be used, or has ended, or ctx has.
func (p *program) await(ctx context.Context) error {
	p.mu.Lock()
	done := p.done
	p.mu.Unlock()
	for {
		err := p.look(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-done:
			return fmt.Errorf("%s has ended: %w\n%s", p.name, p.end, tail(p.log))
		case <-ctx.Done():
			return fmt.Errorf("%s is not up: %w\n%s", p.name, err, tail(p.log))
		case <-time.After(pollInterval):
		}
	}
}

// look asks once. One that does not answer at all, as a node of NATS before there is a leader, is asked again.
func (p *program) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	return p.up(ctx)
}

// stop implements part.
func (p *program) stop(ctx context.Context) error {
	p.mu.Lock()
	cmd, done := p.cmd, p.done
	p.mu.Unlock()
	if cmd == nil {
		return nil
	}
	_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	_ = cmd.Process.Signal(syscall.SIGCONT) // and it may have been frozen
	select {
	case <-done:
		return p.end
	case <-ctx.Done():
		return errors.Join(fmt.Errorf("%s does not stop: %w\n%s", p.name, ctx.Err(), tail(p.log)), p.signal(syscall.SIGKILL))
	}
}

// signal implements part. Processes that it has made, as nginx has, are of its group.
func (p *program) signal(s syscall.Signal) error {
	p.mu.Lock()
	cmd, done := p.cmd, p.done
	p.mu.Unlock()
	if cmd == nil {
		return fmt.Errorf("%s does not run", p.name)
	}
	if err := syscall.Kill(-cmd.Process.Pid, s); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	if s == syscall.SIGKILL {
		<-done
	}
	return nil
}

// pid implements part.
func (p *program) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

// tail is the end of a log, for an error.
func tail(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close() //nolint:errcheck // it was only read
	if info, err := f.Stat(); err == nil && info.Size() > maxTail {
		if _, err := f.Seek(-maxTail, io.SeekEnd); err != nil {
			return ""
		}
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return ""
	}
	return string(data) + "(from " + filepath.Base(path) + ")"
}
