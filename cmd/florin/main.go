// Command florin is the whole of Florin in one binary: `florin dev` runs everything on one machine,
// `florin serve` the roles of a production instance, and the rest are an operator's tools.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

// commands are the subcommands of florin.
type commands struct {
	Dev         devCommand         `cmd:"" help:"Run everything in one process, with a private Postgres and NATS under .florin/."`
	Serve       serveCommand       `cmd:"" help:"Run the roles of a production instance."`
	Healthcheck healthcheckCommand `cmd:"" help:"Ask the instance beside this how it is: for containers."`
	Config      configCommand      `cmd:"" help:"Look at the settings of florin serve before it runs."`
	Migrate     migrateCommand     `cmd:"" help:"Bring the schemas of both databases up to date."`
	Token       tokenCommand       `cmd:"" help:"Mint a bearer token."`
	Keygen      keygenCommand      `cmd:"" help:"Write a new signing key for tokens."`
	Bench       measureCommand     `cmd:"" help:"Measure a service: rates, latencies, what it spends, and whether the books are right afterwards."`
	Verify      verifyCommand      `cmd:"" help:"Check the books: sums, order, hashes, outcomes, state, projections."`
	Projections projectionsCommand `cmd:"" help:"Look after the projections: how they are, build them anew, hold them."`
	Reactors    reactorsCommand    `cmd:"" help:"Look after the reactors: how they are, and what they cannot act on."`
	DeadLetters deadLettersCommand `cmd:"" name:"deadletters" help:"Look after commands that could not be decided, and events that cannot be taken."`
	Journal     journalCommand     `cmd:"" help:"Look after the tables of the journal: sizes, partitions, where they lie."`
	Shard       shardCommand       `cmd:"" help:"Look after a shard."`
	Vault       vaultCommand       `cmd:"" help:"Look after the vault, where the keys of people are."`
	Export      exportCommand      `cmd:"" help:"Write the whole journal to a file, with its hashes, beside a running service."`
	Import      importCommand      `cmd:"" help:"Post a journal of hledger's, or JSON Lines, to a running service; or with --whole, what florin export wrote into an empty database."`
	Recon       reconCommand       `cmd:"" help:"Hold what a provider has against the books."`
	Stripe      stripeCommand      `cmd:"" help:"Play Stripe: send events to the service."`

	Version kong.VersionFlag `help:"Say which build this is."`
}

// console is where a command writes: answers to Out, everything else to Err.
type console struct{ Out, Err io.Writer }

// errFound ends a command whose check found something: it has printed what.
var errFound = errors.New("the check found something")

// run is main without the process: it returns the exit code. 0: done; 1: failed or found
// something; 2: the command line is wrong.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	exited := false
	var cli commands
	parser, err := kong.New(&cli,
		kong.Name("florin"),
		kong.Description("An event-sourced double-entry ledger and wallet service."),
		kong.UsageOnError(),
		kong.Vars{"version": version()}, poolDefaults(),
		kong.Resolvers(secretFiles()),
		kong.ValueFormatter(helpWithFiles),
		kong.Writers(stdout, stderr),
		kong.Exit(func(c int) { code, exited = c, true }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(console{Out: stdout, Err: stderr}),
	)
	if err != nil {
		return fail(stderr, err)
	}
	command, err := parser.Parse(args)
	if exited { // help was asked for
		return code
	}
	if err != nil {
		fail(stderr, err)
		return 2
	}
	switch err := command.Run(); {
	case err == nil:
		return 0
	case errors.Is(err, errFound):
		return 1
	default:
		return fail(stderr, err)
	}
}

// version is the module's version, and the commit where the build knows it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "florin, unknown build"
	}
	text := "florin " + info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			text += " " + s.Value
		}
	}
	return text + ", " + info.GoVersion
}

func fail(stderr io.Writer, err error) int {
	fmt.Fprintln(stderr, "florin:", withoutSecrets(err.Error()))
	return 1
}
