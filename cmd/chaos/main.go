package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/florinledger/florin/cmd/cluster/topology"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

// options are the command line.
type options struct {
	Scenarios []string      `arg:"" optional:"" help:"Scenarios to play, by name. Default: all of them."`
	Short     bool          `help:"Play those that CI plays."`
	List      bool          `help:"Name the scenarios and end."`
	Lasts     time.Duration `help:"How long a fault lasts that has no end of its own." default:"3s"`
	Limit     time.Duration `help:"How long all of it may take." default:"15m"`
	Dir       string        `help:"Folder for logs and data, which stays; without one it is a temporary folder, which does not." type:"path"`
	Verbose   bool          `help:"Say each step of the cluster too." short:"v"`
}

// run is main without the process: it returns the exit code. 1: something was lost, doubled, or out of order, or the
// cluster did not come back. 2: the command line is wrong. 3: nothing was found, and some could not be played on this machine.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	var o options
	exited := false
	parser, err := kong.New(&o, kong.Name("chaos"), kong.Writers(stdout, stderr),
		kong.Description("Break a cluster under load, and hold what its clients were told against the books."),
		kong.Exit(func(c int) { code, exited = c, true }))
	if err == nil {
		_, err = parser.Parse(args)
	}
	if exited {
		return code
	}
	chosen, chooseErr := choose(o.Scenarios, o.Short)
	if err := errors.Join(err, chooseErr); err != nil {
		fmt.Fprintf(stderr, "chaos: %v\n", err)
		return 2
	}
	if o.List {
		for _, s := range chosen {
			fmt.Fprintf(stdout, "%-18s %s\n", s.name, s.what)
		}
		return 0
	}
	switch err := o.run(ctx, chosen, stdout, stderr); {
	case errors.Is(err, errNotPlayed):
		fmt.Fprintf(stderr, "chaos: %v\n", err)
		return 3
	case err != nil:
		fmt.Fprintf(stderr, "chaos: %v\n", err)
		return 1
	}
	return 0
}

// run starts a cluster, plays, and prints the table, also of what was played before something went wrong.
func (o *options) run(ctx context.Context, chosen []scenario, stdout, stderr io.Writer) (err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, o.Limit, fmt.Errorf("it took longer than %s", o.Limit))
	defer cancel()
	began := time.Now()
	say := func(format string, args ...any) {
		fmt.Fprintf(stderr, "%4.0f s  %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
	}
	log := slog.New(slog.DiscardHandler)
	if o.Verbose {
		log = slog.New(slog.NewTextHandler(stderr, nil))
	}
	say("building Florin and NATS, and starting 12 servers")
	t, err := topology.Start(ctx, topology.Config{Dir: o.Dir, Log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	s, err := newStage(t, o.Lasts, say)
	if err != nil {
		return err
	}
	if o.Short {
		s.rounds = shortRounds
	}
	rows, err := playAll(ctx, s, chosen)
	printReport(stdout, rows)
	if err != nil && ctx.Err() != nil {
		err = errors.Join(context.Cause(ctx), err)
	}
	return err
}
