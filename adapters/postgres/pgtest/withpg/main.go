// Command withpg runs a command with a throwaway Postgres: `withpg -- go test ./...`.
//
// It starts a cluster, puts its superuser's URL into FLORIN_TEST_POSTGRES for the command, hands on
// the signals it gets, stops the cluster when the command has ended, and exits as the command did.
// Where FLORIN_TEST_POSTGRES is set already it only runs the command.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
)

const (
	// exitUsage and exitFault are this program's own failures, as sh and env number them.
	exitUsage = 2
	exitFault = 125
	// exitSignal plus the signal's number is how a shell reports a command that a signal ended.
	exitSignal = 128

	startTimeout = 2 * time.Minute
	stopTimeout  = 30 * time.Second
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(stderr, "usage: withpg -- command [argument ...]")
		return exitUsage
	}
	// Before the cluster starts, so that no signal finds it without a keeper.
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(signals)

	env := os.Environ()
	if os.Getenv(pgtest.Env) == "" {
		starting, cancel := context.WithTimeout(ctx, startTimeout)
		defer cancel()
		cluster, err := pgtest.StartCluster(starting)
		if err != nil {
			fmt.Fprintln(stderr, "withpg:", err)
			return exitFault
		}
		defer func() {
			stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
			defer cancel()
			if err := cluster.Stop(stopping); err != nil {
				fmt.Fprintln(stderr, "withpg:", err)
			}
		}()
		env = append(env, pgtest.Env+"="+cluster.SuperURL("postgres"))
	}
	code, err := runCommand(args, env, signals, stdout, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "withpg:", err)
	}
	return code
}

// runCommand runs the command to its end and returns its exit code. It is not bound to a context: a
// command that is told to end by signal decides itself when it has tidied up.
func runCommand(args, env []string, signals <-chan os.Signal, stdout, stderr io.Writer) (int, error) {
	cmd := exec.Command(args[0], args[1:]...) //nolint:noctx // see above
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, stdout, stderr
	if err := cmd.Start(); err != nil {
		return exitFault, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case received := <-signals:
			// On a terminal the command has had Ctrl-C already; a second one does no harm.
			if err := cmd.Process.Signal(received); err != nil && !errors.Is(err, os.ErrProcessDone) {
				fmt.Fprintln(stderr, "withpg:", err)
			}
		case err := <-ended:
			var exit *exec.ExitError
			if !errors.As(err, &exit) {
				return exitCode(err), err
			}
			if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
				return exitSignal + int(status.Signal()), nil
			}
			return exit.ExitCode(), nil
		}
	}
}

// exitCode is 0 for a command that ended well, and our own fault otherwise.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	return exitFault
}
