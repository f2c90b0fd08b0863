package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/florinledger/florin/adapters/localpg"
)

const (
	// startPatience is how long a service may take until it can be called.
	startPatience = 60 * time.Second
	// stopPatience is how long it may take to end, before it is killed.
	stopPatience = 30 * time.Second
)

// Started is a service of our own: florin dev as a process, over a Postgres of its own, in a folder
// that is removed with both.
type Started struct {
	Target Target
	// SuperURL is the cluster's, for a superuser.
	SuperURL string
	// Binaries is the folder of Postgres' programs.
	Binaries string
	// SyncSeconds is how long a write to its disk takes, before anything else writes there.
	SyncSeconds float64

	dir     string
	cluster *localpg.Cluster
	service *exec.Cmd
	ended   chan error
	out     *tail
}

// Start starts them. self is the binary florin. The Postgres
// syncs each commit to disk.
func Start(ctx context.Context, self string, log *slog.Logger) (_ *Started, err error) {
	s := &Started{ended: make(chan error, 1), out: &tail{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop())
		}
	}()
	if s.dir, err = os.MkdirTemp(onDisk(), "florin-bench-"); err != nil {
		return nil, err
	}
	if err := os.Chmod(s.dir, 0o711); err != nil { //nolint:gosec // the server's user passes through, and sees nothing
		return nil, err
	}
	if s.SyncSeconds, err = syncTime(s.dir); err != nil {
		return nil, err
	}
	s.cluster, err = localpg.Start(ctx, localpg.Config{Dir: filepath.Join(s.dir, "postgres"), Durable: true, Temporary: true, Log: log})
	if err != nil {
		return nil, err
	}
	s.SuperURL, s.Binaries = s.cluster.SuperURL("postgres"), s.cluster.Binaries()
	if err := s.launch(ctx, self); err != nil {
		return nil, err
	}
	log.Info("service started", "pid", s.service.Process.Pid)
	if err := s.readEnv(); err != nil {
		return nil, err
	}
	return s, nil
}

// onDisk is a folder for temporary files that is not in memory: what is never written to a disk says
// nothing of a ledger. Many systems have /tmp in memory; /var/tmp outlives a restart.
func onDisk() string {
	if info, err := os.Stat("/var/tmp"); err == nil && info.IsDir() {
		return "/var/tmp"
	}
	return os.TempDir()
}

// launch starts florin dev and waits until it can be called.
func (s *Started) launch(ctx context.Context, self string) error {
	// Not bound to ctx: it drains first, and then Postgres stops.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), self, "dev", "--dir", filepath.Join(s.dir, "florin"),
		"--database-url", s.cluster.URL(localpg.ServiceDatabase))
	cmd.Dir = s.dir
	cmd.SysProcAttr = child()
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd.Stdout, cmd.Stderr = writer, writer
	started, ready := make(chan error, 1), make(chan struct{})
	go runChild(cmd, started, s.ended)
	if err := errors.Join(<-started, writer.Close()); err != nil {
		return errors.Join(fmt.Errorf("start florin dev: %w", err), reader.Close())
	}
	s.service = cmd
	go s.out.follow(reader, ready)
	select {
	case <-ready:
		return nil
	case err := <-s.ended:
		s.service = nil
		return fmt.Errorf("florin dev ended: %w\n%s", err, s.out)
	case <-time.After(startPatience):
		return fmt.Errorf("florin dev cannot be called after %s\n%s", startPatience, s.out)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// readEnv reads what florin dev wrote for a shell.
func (s *Started) readEnv() error {
	data, err := os.ReadFile(filepath.Join(s.dir, "florin", "dev.env"))
	if err != nil {
		return err
	}
	env := map[string]string{}
	for line := range strings.Lines(string(data)) {
		name, value, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		env[name] = strings.Trim(value, "'")
	}
	s.Target = Target{URL: env["FLORIN_URL"], AdminURL: env["FLORIN_ADMIN_URL"], Token: env["FLORIN_TOKEN"],
		WebhookSecret: env["STRIPE_WEBHOOK_SECRET"], DatabaseURL: env["FLORIN_DEV_DATABASE_URL"]}
	return nil
}

// Stop ends the service, then Postgres, and removes the folder.
func (s *Started) Stop() error {
	var errs []error
	if s.service != nil {
		_ = s.service.Process.Signal(syscall.SIGTERM) // it may have ended
		select {
		case err := <-s.ended:
			if err != nil {
				errs = append(errs, fmt.Errorf("florin dev: %w\n%s", err, s.out))
			}
		case <-time.After(stopPatience):
			_ = s.service.Process.Kill()
			errs = append(errs, fmt.Errorf("florin dev did not stop within %s: %w", stopPatience, <-s.ended))
		}
	}
	if s.cluster != nil {
		ctx, cancel := context.WithTimeout(context.Background(), stopPatience)
		defer cancel()
		errs = append(errs, s.cluster.Stop(ctx))
	}
	if s.dir != "" {
		errs = append(errs, os.RemoveAll(s.dir))
	}
	return errors.Join(errs...)
}
