package topology

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/adapters/authn"
	"github.com/florinledger/florin/adapters/localpg"
)

// Names of the parts of which there is one, and of the two of the journal's database.
const (
	Primary = "postgres-1"
	Standby = "postgres-2"
	Vault   = "vault-db"
	Redis   = "redis"
	Nginx   = "nginx"
)

// Config says where the parts come from. The zero value makes everything, in a temporary folder.
type Config struct {
	// Root is the repository; default the one that the working directory is in.
	Root string
	// Dir is the folder that everything lies in. Default: a temporary one, which is removed at the end.
	Dir string
	// Port is nginx's, on 127.0.0.1; 0 for a free one.
	Port int
	// Env is added to the environment of every instance of Florin, as KEY=value.
	Env []string
	// Log gets a line for each step; default none.
	Log *slog.Logger
}

// Topology is a running cluster. Its methods may be called from any goroutine.
type Topology struct {
	cfg      Config
	dir      string
	log      *slog.Logger
	guard    *watchdog
	programs programs
	secrets  secrets
	ports    map[string]int

	order []string // of starting
	parts map[string]part

	minter *authn.Minter
	close  sync.Once
	end    error
}

// Start builds what has to be built, starts everything, and returns once nginx answers and a writer leads. On an error
// nothing is left running.
//
// Errors name the part and have the end of its log; a program that is not installed is named with the package that it is in.
func Start(ctx context.Context, cfg Config) (_ *Topology, err error) {
	t := &Topology{cfg: cfg, log: cfg.Log, parts: map[string]part{}}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	if err := t.makeDir(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.Close())
		}
	}()
	// Building takes processor time, and the databases mostly wait for the disk.
	building, buildCtx := errgroup.WithContext(ctx)
	building.Go(func() (err error) {
		t.programs, err = buildPrograms(buildCtx, cfg.Root, filepath.Join(t.dir, "bin"))
		return err
	})
	startCtx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	err = t.startDatabases(startCtx)
	if err := errors.Join(err, building.Wait()); err != nil {
		return nil, err
	}
	startCtx, cancel = context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := t.startServers(startCtx); err != nil {
		return nil, err
	}
	if err := t.startFlorin(startCtx); err != nil {
		return nil, err
	}
	return t, nil
}

// makeDir makes the folder, and sets the watchdog over it.
func (t *Topology) makeDir() (err error) {
	t.dir = t.cfg.Dir
	temporary := t.dir == ""
	if temporary {
		if t.dir, err = os.MkdirTemp(localpg.Scratch(), "florin-cluster-"); err != nil {
			return err
		}
	}
	remove := ""
	if temporary {
		remove = t.dir
	}
	if t.guard, err = startWatchdog(remove); err != nil {
		return err
	}
	if t.dir, err = filepath.Abs(t.dir); err != nil {
		return err
	}
	// Others may pass: Postgres and nginx's workers run as somebody else where this is root's.
	if err := errors.Join(os.MkdirAll(t.dir, 0o711), os.Chmod(t.dir, 0o711)); err != nil {
		return err
	}
	for _, folder := range []string{"bin", "logs", "mail"} {
		if err := os.MkdirAll(filepath.Join(t.dir, folder), 0o700); err != nil {
			return err
		}
	}
	t.secrets, t.minter, err = makeSecrets(filepath.Join(t.dir, "secrets"))
	return err
}

// startDatabases starts the three Postgres. The standby is copied from the primary as soon as that is there, and commits
// wait for it from then on.
func (t *Topology) startDatabases(ctx context.Context) error {
	config := func(name string) localpg.Config {
		return localpg.Config{Dir: filepath.Join(t.dir, name), Settings: settingsOfPostgres(), Log: t.log}
	}
	primary := &database{name: Primary, cfg: config(Primary)}
	standby := &database{name: Standby, cfg: config(Standby), primary: primary}
	vault := &database{name: Vault, cfg: config(Vault)}
	t.add(Primary, primary)
	t.add(Standby, standby)
	t.add(Vault, vault)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return vault.start(ctx) })
	group.Go(func() error {
		if err := primary.start(ctx); err != nil {
			return err
		}
		if err := standby.start(ctx); err != nil {
			return err
		}
		return primary.server().Confirm(ctx, "FIRST 1 ("+localpg.StandbyName+")")
	})
	if err := group.Wait(); err != nil {
		return err
	}
	return t.secrets.writeURLs(primary.server().FailoverURL(localpg.ServiceDatabase, standby.server()), vault.server().URL(localpg.VaultDatabase))
}

// startServers starts NATS and Redis.
func (t *Topology) startServers(ctx context.Context) (err error) {
	if t.ports, err = freePorts(ctx); err != nil {
		return err
	}
	if t.cfg.Port != 0 {
		t.ports[Nginx] = t.cfg.Port
	}
	for i := range natsNodes {
		p, err := t.natsNode(i + 1)
		if err != nil {
			return err
		}
		t.add(p.name, p)
	}
	redis, err := t.redisServer()
	if err != nil {
		return err
	}
	t.add(Redis, redis)
	return t.startAll(ctx, slices.Concat(natsNames(), []string{Redis}))
}

// startFlorin applies the migrations, starts the instances, and nginx in front of them.
func (t *Topology) startFlorin(ctx context.Context) error {
	if err := t.migrate(ctx); err != nil {
		return err
	}
	for _, i := range instances() {
		t.add(i.name, t.florin(i))
	}
	if err := t.startAll(ctx, Instances()); err != nil {
		return err
	}
	if err := t.awaitLeader(ctx); err != nil {
		return err
	}
	nginx, err := t.nginx()
	if err != nil {
		return err
	}
	t.add(Nginx, nginx)
	return nginx.start(ctx)
}

func (t *Topology) add(name string, p part) {
	t.order = append(t.order, name)
	t.parts[name] = p
}

// startAll starts parts at once.
func (t *Topology) startAll(ctx context.Context, names []string) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, name := range names {
		group.Go(func() error { return t.parts[name].start(ctx) })
	}
	return group.Wait()
}

// Start starts a part that was stopped or killed, where it was before, and returns once it is up. A Postgres that has
// stopped being the primary must not come back as one: remove its folder first, with Forget.
func (t *Topology) Start(ctx context.Context, name string) error {
	p, err := t.part(name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	return p.start(ctx)
}

// Stop stops a part as TERM does, and waits for it.
func (t *Topology) Stop(ctx context.Context, name string) error {
	p, err := t.part(name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	return p.stop(ctx)
}

// Restart stops and starts a part.
func (t *Topology) Restart(ctx context.Context, name string) error {
	if err := t.Stop(ctx, name); err != nil {
		return err
	}
	return t.Start(ctx, name)
}

// Kill ends a part as kill -9 does.
func (t *Topology) Kill(name string) error { return t.signal(name, syscall.SIGKILL) }

// Freeze stops the processes of a part where they stand; Thaw lets them go on.
func (t *Topology) Freeze(name string) error { return t.signal(name, syscall.SIGSTOP) }

// Thaw lets a frozen part go on.
func (t *Topology) Thaw(name string) error { return t.signal(name, syscall.SIGCONT) }

func (t *Topology) signal(name string, s syscall.Signal) error {
	p, err := t.part(name)
	if err != nil {
		return err
	}
	return p.signal(s)
}

func (t *Topology) part(name string) (part, error) {
	p, ok := t.parts[name]
	if !ok {
		return nil, fmt.Errorf("there is no part %q: want one of %v", name, t.order)
	}
	return p, nil
}

// Pid is the process of a part; 0 while it does not run.
func (t *Topology) Pid(name string) int {
	p, err := t.part(name)
	if err != nil {
		return 0
	}
	return p.pid()
}

// Parts are the names of all parts, in the order in which they were started.
func (t *Topology) Parts() []string { return slices.Clone(t.order) }

// Dir is the folder that everything lies in.
func (t *Topology) Dir() string { return t.dir }

// Log is the file that a part prints to.
func (t *Topology) Log(name string) string {
	if _, ok := t.parts[name].(*database); ok {
		return filepath.Join(t.dir, name, "postgres.log")
	}
	return filepath.Join(t.dir, "logs", name+".log")
}

// Postgres is a database server; nil while it does not run. By it a standby is promoted, and what the primary waits for is
// changed.
func (t *Topology) Postgres(name string) *localpg.Cluster {
	d, ok := t.parts[name].(*database)
	if !ok {
		return nil
	}
	return d.server()
}

// Forget removes the data of a Postgres that does not run, so that its next start makes a standby of it, of the server
// that is named.
func (t *Topology) Forget(name, primary string) error {
	d, ok := t.parts[name].(*database)
	p, follows := t.parts[primary].(*database)
	if !ok || !follows {
		return fmt.Errorf("%s and %s are not both databases", name, primary)
	}
	if d.pid() != 0 {
		return fmt.Errorf("%s runs", name)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.primary = p
	return os.RemoveAll(d.cfg.Dir)
}

// Close stops everything, in reverse, and removes a folder that it made.
func (t *Topology) Close() error {
	t.close.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*stopTimeout)
		defer cancel()
		t.end = t.stopAll(ctx)
		if t.guard != nil {
			t.end = errors.Join(t.end, t.guard.dismiss())
		}
	})
	return t.end
}

// stopAll stops nginx, then all instances at once, then what they stand on.
func (t *Topology) stopAll(ctx context.Context) error {
	var errs []error
	for _, names := range [][]string{{Nginx}, Instances(), slices.Concat(natsNames(), []string{Redis}), {Standby, Vault}, {Primary}} {
		var group errgroup.Group
		for _, name := range names {
			if p, ok := t.parts[name]; ok {
				group.Go(func() error { return p.stop(ctx) })
			}
		}
		errs = append(errs, group.Wait())
	}
	return errors.Join(errs...)
}
