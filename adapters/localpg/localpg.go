package localpg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Config says where a cluster lives and how. Dir is required; the zero value of the rest is a
// throwaway server on a free port.
type Config struct {
	// Dir is the cluster's folder. Start makes it where it is missing.
	Dir string
	// Port is the TCP port on 127.0.0.1; 0 takes a free one, anew at each start.
	Port int
	// Durable keeps every acknowledged commit through a loss of power. Without it the server
	// writes without fsync: for tests.
	Durable bool
	// Temporary removes Dir, and a home elsewhere, when the cluster stops or its owner ends, even by SIGKILL.
	Temporary bool
	// Offline forbids fetching Postgres where none is installed.
	Offline bool
	// Repository is the Maven repository to fetch Postgres from; empty for Maven Central.
	Repository string
	// Settings are run-time parameters of Postgres, over those of settings.go. The address, the
	// port and the sockets cannot be set.
	Settings map[string]string
	// Env is added to the environment of the server, as KEY=value.
	Env []string
	// Follow makes the cluster a standby of that one, which has to run, at the first start in a folder: it has the same
	// data, roles and passwords, and receives what is committed there until Promote. Later starts go on with what the
	// folder is. The primary's wal_level and max_wal_senders have to allow it, and the standby's limits
	// (max_connections) may not be below the primary's.
	Follow *Cluster
	// Log gets one line per start and stop; nil for none.
	Log *slog.Logger

	places []string // patterns of folders to find binaries in besides PATH; nil for wellKnown
}

// Cluster is a running cluster. Its methods may be called from any goroutine.
type Cluster struct {
	cfg       Config
	user      serverUser
	dir, home string
	binaries  string
	socket    string
	port      int
	passwords passwords
	server    *child
	guard     *watchdog
	lock      *os.File

	stop    sync.Once
	stopErr error
}

// Start runs the cluster in cfg.Dir, and returns once it accepts connections. The first start in a
// folder makes the cluster, the role florin and its database; later ones find the data as they were
// left, after a crash too.
//
// ctx bounds the start alone; the server runs until Stop, or until this process ends.
//
// Errors: ErrRunning (a *RunningError, when this folder's cluster runs already), ErrNoBinaries,
// ErrPortTaken, ErrPasswordsLost, ErrUnsafeHome; faults of Postgres come with the end of its log.
func Start(ctx context.Context, cfg Config) (_ *Cluster, err error) {
	if cfg.Dir == "" {
		return nil, errors.New("localpg: Config.Dir is empty")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.places == nil {
		cfg.places = wellKnown()
	}
	c := &Cluster{cfg: cfg}
	if c.dir, err = prepareDir(cfg.Dir); err != nil {
		return nil, err
	}
	if c.lock, err = acquire(c.dir); err != nil {
		return nil, c.describe(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close(context.WithoutCancel(ctx)))
		}
	}()
	if c.user, err = chooseUser(c.dir); err != nil {
		return nil, err
	}
	if c.home, err = settle(ctx, c.dir, c.user, cfg.Temporary); err != nil {
		return nil, err
	}
	crashed, err := awaitOrphan(ctx, c.dir, c.data())
	if err != nil {
		return nil, err
	}
	if c.guard, err = c.setWatchdog(); err != nil {
		return nil, err
	}
	// A caller that forgets the Cluster keeps the server: the pipe and the lock must stay open.
	c.guard.shell.keep = c
	bin, err := c.ensureCluster(ctx)
	if err != nil {
		return nil, err
	}
	if c.server, c.port, err = c.launch(ctx, bin, crashed); err != nil {
		return nil, err
	}
	if err := ensureRoles(ctx, c.SuperURL("postgres"), c.passwords[serviceRole]); err != nil {
		return nil, err
	}
	c.binaries = bin.dir
	cfg.Log.Info("postgres started", "dir", c.dir, "home", c.home, "binaries", bin.dir, "version", bin.major, "pid", c.Pid(), "port", c.port)
	return c, nil
}

// prepareDir makes dir and returns its real path, which is what Postgres and /proc name it by.
func prepareDir(dir string) (string, error) {
	// Others may pass through but not look: the server's user has to, when root is the caller.
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return "", fmt.Errorf("localpg: %w", err)
	}
	path, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("localpg: %w", err)
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return "", fmt.Errorf("localpg: %w", err)
	}
	return path, nil
}

// describe completes a RunningError from another owner's lock with the server's pid and port.
func (c *Cluster) describe(err error) error {
	var running *RunningError
	if !errors.As(err, &running) {
		return err
	}
	home := c.dir
	if pointed, err := os.ReadFile(filepath.Join(c.dir, pointerFile)); err == nil {
		home = strings.TrimSpace(string(pointed))
	}
	if pm, err := readPostmaster(filepath.Join(home, dataFolder)); err == nil {
		running.PID, running.Port = pm.pid, pm.port
	}
	return running
}

// setWatchdog places the socket and sets the watchdog, before anything runs that it has to end.
func (c *Cluster) setWatchdog() (*watchdog, error) {
	socket, elsewhere, err := socketFolder(c.home, c.user)
	if err != nil {
		return nil, err
	}
	c.socket = socket
	signal, remove := "INT", []string{}
	if elsewhere {
		remove = append(remove, socket)
	}
	if c.cfg.Temporary {
		// Nothing is worth a checkpoint when the files go with the server.
		signal, remove = "QUIT", append(remove, c.home, c.dir)
	}
	return startWatchdog(signal, filepath.Join(c.data(), "postmaster.pid"), remove...)
}

// ensureCluster returns the binaries to serve with, after initdb where there is no cluster yet.
func (c *Cluster) ensureCluster(ctx context.Context) (binaries, error) {
	major, err := clusterMajor(c.data())
	if err != nil {
		return binaries{}, err
	}
	if c.passwords, err = loadPasswords(c.dir, major > 0); err != nil {
		return binaries{}, err
	}
	bin, err := findBinaries(ctx, c.user, c.cfg.places, major)
	if errors.Is(err, ErrNoBinaries) && !c.cfg.Offline {
		c.cfg.Log.Info("fetching postgres", "version", string(fetchVersion), "dir", c.home)
		fetched, fetchErr := fetchBinaries(ctx, c.user, c.home, c.cfg.Repository, major)
		if fetchErr != nil {
			return binaries{}, errors.Join(err, fetchErr)
		}
		bin, err = fetched, nil
	}
	if err != nil || major > 0 {
		return bin, err
	}
	if c.cfg.Follow != nil {
		return bin, c.follow(ctx, bin)
	}
	return bin, initdb(ctx, bin, c.user, c.home, c.passwords[superRole], c.cfg.Durable, c.guard)
}

// URL is the address of a database for the role florin, an ordinary role that owns the database
// florin. It carries the password.
func (c *Cluster) URL(database string) string {
	return connectionURL(serviceRole, c.passwords[serviceRole], database, c.port)
}

// SuperURL is the address of a database for the superuser. It carries the password.
func (c *Cluster) SuperURL(database string) string {
	return connectionURL(superRole, c.passwords[superRole], database, c.port)
}

// Pid is the process id of the server.
func (c *Cluster) Pid() int { return c.server.pid() }

// Port is the TCP port on 127.0.0.1.
func (c *Cluster) Port() int { return c.port }

// Home is the folder that holds the data: Config.Dir, or one elsewhere that the server's user can reach.
func (c *Cluster) Home() string { return c.home }

// Binaries is the folder of the server's programs: those of Postgres' other tools lie beside it, where
// they are installed.
func (c *Cluster) Binaries() string { return c.binaries }

// Done is closed when the server has ended, by Stop or by itself.
func (c *Cluster) Done() <-chan struct{} { return c.server.done }

// Stop cuts all sessions, writes a checkpoint and ends the server. Once ctx has ended, or after
// stopTimeout, it insists with an immediate shutdown, then SIGKILL; the next start recovers from the
// log. The error is nil when the server ended cleanly. Later calls return what the first did.
func (c *Cluster) Stop(ctx context.Context) error {
	c.stop.Do(func() {
		c.stopErr = c.close(ctx)
		c.cfg.Log.Info("postgres stopped", "dir", c.dir, "clean", c.stopErr == nil)
	})
	return c.stopErr
}

// close undoes what Start has done so far, in reverse.
func (c *Cluster) close(ctx context.Context) error {
	var errs []error
	if c.server != nil {
		errs = append(errs, terminate(ctx, c.server), c.guard.release())
	}
	if c.guard != nil {
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		errs = append(errs, c.guard.dismiss(limit))
	}
	return errors.Join(append(errs, c.lock.Close())...)
}

func (c *Cluster) data() string { return filepath.Join(c.home, dataFolder) }
