package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// tpcbDatabase is the database that pgbench works in.
	tpcbDatabase = "pgbench"
	// TPCBScale is how many branches pgbench has, each with 100,000 accounts.
	TPCBScale = 50
	// TPCBClients and tpcbThreads are how it is run.
	TPCBClients = 64
	tpcbThreads = 2
	// minTPCB is the least that it is run for: its clients take part of the time to connect.
	minTPCB = 3 * time.Second
)

// PGBench is Postgres' own benchmark, a TPC-B of sorts, in a database beside the service's: what this
// machine and this cluster can do, as a yardstick.
type PGBench struct {
	program  string
	superURL string
	env      []string
	scale    int
}

// ErrNoPGBench says that Postgres' binaries have no pgbench among them.
var ErrNoPGBench = errors.New("there is no pgbench beside Postgres' binaries (Debian: postgresql-15 has it, Red Hat: postgresql-contrib)")

// NewPGBench makes the database and fills it. binaries is the folder of Postgres' programs, superURL
// the cluster's. Errors: ErrNoPGBench.
func NewPGBench(ctx context.Context, binaries, superURL string, scale int) (*PGBench, error) {
	program := filepath.Join(binaries, "pgbench")
	if _, err := os.Stat(program); err != nil {
		if program, err = exec.LookPath("pgbench"); err != nil {
			return nil, ErrNoPGBench
		}
	}
	conn, err := pgx.Connect(ctx, superURL)
	if err != nil {
		return nil, fmt.Errorf("pgbench: %w", err)
	}
	defer conn.Close(ctx) //nolint:errcheck // its work is done
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+tpcbDatabase); err != nil {
		return nil, fmt.Errorf("pgbench: %w", err)
	}
	c := conn.Config()
	p := &PGBench{program: program, superURL: superURL, scale: scale, env: append(os.Environ(), "PGHOST="+c.Host,
		"PGPORT="+strconv.Itoa(int(c.Port)), "PGUSER="+c.User, "PGPASSWORD="+c.Password, "PGDATABASE="+tpcbDatabase)}
	if _, err := p.do(ctx, "--initialize", "--quiet", "--scale", strconv.Itoa(scale)); err != nil {
		return nil, err
	}
	return p, nil
}

// Run measures for a time, after one that is not measured, and returns transactions per second. Before
// and after it the cluster writes out what is waiting to be written, so that nobody pays for what
// another one left.
func (p *PGBench) Run(ctx context.Context, clients int, warmUp, d time.Duration) (perSecond float64, err error) {
	if err := p.checkpoint(ctx); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, p.checkpoint(ctx)) }()
	if warmUp > 0 {
		if _, err := p.load(ctx, clients, warmUp); err != nil {
			return 0, err
		}
	}
	out, err := p.load(ctx, clients, max(minTPCB, d))
	if err != nil {
		return 0, err
	}
	// "tps = 2095.123456 (without initial connection time)"
	match := regexp.MustCompile(`(?m)^tps = ([0-9.]+)`).FindSubmatch(out)
	if match == nil {
		return 0, fmt.Errorf("pgbench: no rate in %q", clip(out))
	}
	return strconv.ParseFloat(string(match[1]), 64)
}

func (p *PGBench) load(ctx context.Context, clients int, d time.Duration) ([]byte, error) {
	return p.do(ctx, "--client", strconv.Itoa(clients), "--jobs", strconv.Itoa(tpcbThreads),
		"--time", strconv.Itoa(int(max(time.Second, d).Seconds())))
}

func (p *PGBench) checkpoint(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, p.superURL)
	if err != nil {
		return fmt.Errorf("pgbench: %w", err)
	}
	defer conn.Close(ctx) //nolint:errcheck // its work is done
	if _, err := conn.Exec(ctx, "CHECKPOINT"); err != nil {
		return fmt.Errorf("pgbench: checkpoint: %w", err)
	}
	return nil
}

func (p *PGBench) do(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, p.program, args...)
	cmd.Env = p.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("pgbench: %w: %s", err, clip(out))
	}
	return out, nil
}
