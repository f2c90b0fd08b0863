package topology

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/florinledger/florin/adapters/localpg"
)

// database is a part that is a Postgres.
type database struct {
	name string
	cfg  localpg.Config
	// primary is what it follows at its first start; nil for none.
	primary *database

	mu sync.Mutex
	pg *localpg.Cluster
}

// settingsOfPostgres are those of servers whose data are worth nothing, but whose commits are confirmed as in production:
// what is lost with a process, and what only with the machine's power, is told apart.
func settingsOfPostgres() map[string]string {
	return map[string]string{
		"wal_level": "replica", "max_wal_senders": "10", "synchronous_commit": "on", "max_wal_size": "1GB",
		// What a standby may miss without being copied anew, as when its primary ends at a full disk.
		"wal_keep_size": "1GB",
		// How soon a standby comes back to a primary that was away; every commit waits for that. It is 5 s otherwise.
		"wal_retrieve_retry_interval": "500ms",
		"max_connections":             strconv.Itoa(maxConnections), "log_parameter_max_length": "0", "log_parameter_max_length_on_error": "0",
	}
}

// start implements part. It keeps the port of its first start, which others were told.
func (d *database) start(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.primary != nil {
		d.cfg.Follow = d.primary.server()
	}
	pg, err := localpg.Start(ctx, d.cfg)
	if err != nil {
		return fmt.Errorf("%s: %w", d.name, err)
	}
	d.pg, d.cfg.Port = pg, pg.Port()
	return nil
}

// stop implements part.
func (d *database) stop(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pg == nil {
		return nil
	}
	pg := d.pg
	d.pg = nil
	_ = eachProcess(pg.Pid(), syscall.SIGCONT) // it may have been frozen
	return pg.Stop(ctx)
}

// signal implements part.
func (d *database) signal(s syscall.Signal) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pg == nil {
		return fmt.Errorf("%s does not run", d.name)
	}
	if err := eachProcess(d.pg.Pid(), s); err != nil {
		return fmt.Errorf("%s: %w", d.name, err)
	}
	if s != syscall.SIGKILL {
		return nil
	}
	<-d.pg.Done()
	_ = d.pg.Stop(context.Background()) // that it ended badly is known; its watchdog and its lock are given back
	d.pg = nil
	return nil
}

// pid implements part.
func (d *database) pid() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pg == nil {
		return 0
	}
	return d.pg.Pid()
}

func (d *database) server() *localpg.Cluster {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.pg
}

// setEnv has the next start add this to the server's environment, and nothing else.
func (d *database) setEnv(env ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cfg.Env = env
}

// eachProcess sends a signal to a Postgres: to the server, which makes no more of them then, and to its backends, each of
// which is a group of its own.
func eachProcess(pid int, s syscall.Signal) error {
	backends := childrenOf(pid)
	if err := syscall.Kill(pid, s); err != nil {
		return err
	}
	for _, backend := range append(backends, childrenOf(pid)...) {
		_ = syscall.Kill(backend, s) // it may have ended
	}
	return nil
}

// childrenOf are the processes that a process has made, as Linux knows them.
func childrenOf(pid int) (out []int) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "task", strconv.Itoa(pid), "children"))
	if err != nil {
		return nil
	}
	for _, word := range strings.Fields(string(text)) {
		if child, err := strconv.Atoi(word); err == nil {
			out = append(out, child)
		}
	}
	return out
}
