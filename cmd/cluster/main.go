// Command cluster runs on one machine, from local programs, what docker-compose.yml runs in containers: `make cluster`.
// See the package topology.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kong"

	"github.com/florinledger/florin/cmd/cluster/topology"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

// options are the command line.
type options struct {
	Port    int    `help:"Port of nginx, where the service is called; 0 for a free one." default:"0"`
	Dir     string `help:"Folder to keep logs and data in, which stays; without one it is a temporary folder, which does not." type:"path"`
	Verbose bool   `help:"Say each step." short:"v"`
}

// run is main without the process: it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	var o options
	exited := false
	parser, err := kong.New(&o, kong.Name("cluster"), kong.Writers(stdout, stderr),
		kong.Description("Run Postgres with a standby, three NATS nodes, Redis, five instances of Florin and nginx on this machine."),
		kong.Exit(func(c int) { code, exited = c, true }))
	if err == nil {
		_, err = parser.Parse(args)
	}
	if exited {
		return code
	}
	if err != nil {
		fmt.Fprintf(stderr, "cluster: %v\n", err)
		return 2
	}
	if err := o.run(ctx, stdout, stderr); err != nil {
		fmt.Fprintf(stderr, "cluster: %v\n", err)
		return 1
	}
	return 0
}

// run starts it, says how to call it, and stops all of it when ctx ends.
func (o *options) run(ctx context.Context, stdout, stderr io.Writer) (err error) {
	log := slog.New(slog.DiscardHandler)
	if o.Verbose {
		log = slog.New(slog.NewTextHandler(stderr, nil))
	}
	began := time.Now()
	fmt.Fprintln(stderr, "building Florin and NATS, and starting 12 servers; the first time takes a minute")
	t, err := topology.Start(ctx, topology.Config{Dir: o.Dir, Port: o.Port, Log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	token, err := t.Token("usr_cluster", "user", "service", "finance", "operator", "admin")
	if err != nil {
		return err
	}
	env := filepath.Join(t.Dir(), "cluster.env")
	if err := os.WriteFile(env, []byte(exports(t, token)), 0o600); err != nil {
		return err
	}
	welcome(stdout, t, env, time.Since(began))
	<-ctx.Done()
	fmt.Fprintln(stderr, "stopping")
	return nil
}

// exports is what a shell is to be told to call the cluster, and to run Florin's commands on it.
func exports(t *topology.Topology, token string) string {
	var b strings.Builder
	for _, pair := range append(t.Environment(), "FLORIN_URL="+t.URL(), "FLORIN_TOKEN="+token, "STRIPE_WEBHOOK_SECRET="+t.StripeSecret()) {
		key, value, _ := strings.Cut(pair, "=")
		fmt.Fprintf(&b, "export %s='%s'\n", key, strings.ReplaceAll(value, "'", `'\''`))
	}
	return b.String()
}

// welcome says what runs where, and what to do with it.
func welcome(w io.Writer, t *topology.Topology, env string, took time.Duration) {
	fmt.Fprintf(w, "Florin runs as a cluster, after %d s.\n\n  API        %s/v1\n  Reference  %s/docs\n\n", int(took.Seconds()), t.URL(), t.URL())
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  PART\tPID\tLOG\tMETRICS")
	for _, name := range t.Parts() {
		metrics := ""
		if slices.Contains(topology.Instances(), name) {
			metrics = t.AdminURL(name) + "/metrics"
		}
		fmt.Fprintf(table, "  %s\t%d\t%s\t%s\n", name, t.Pid(name), t.Log(name), metrics)
	}
	_ = table.Flush() // a terminal that is gone reads nothing
	fmt.Fprintf(w, `
A first call, in another shell: put 100.00 USD of opening capital into the bank.

  source %s
  curl -sS "$FLORIN_URL/v1/ledgers/main/transactions" \
    -H "Authorization: Bearer $FLORIN_TOKEN" \
    -H "Content-Type: application/json" \
    -H "Idempotency-Key: first-call" \
    -d '{"postings":[
          {"account":"assets:bank:main","side":"debit","amount":"100.00","asset":"USD"},
          {"account":"equity:opening","side":"credit","amount":"100.00","asset":"USD"}]}'

In that shell, florin's commands are about this cluster: florin config check --connect, florin projections list, florin verify.
Take parts away (kill -9 with a PID from above) and call again. Ctrl-C stops all of it.
`, env)
}
