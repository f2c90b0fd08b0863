package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/cmd/florin/bench"
)

// measureCommand is florin bench: it measures a service.
type measureCommand struct {
	Start   bool `help:"Start a service to measure, with a Postgres of its own and pgbench beside it, and remove all of it afterwards."`
	Figures bool `help:"Measure the figures that Florin is held to, several runs each, instead of the plan."`

	Workload    []string      `help:"Measure these instead of the plan: uniform, hot, zipfian, balance, entries, transactions, webhook, user, message, transfer, hold, capture, wallet."`
	Connections []int         `help:"Numbers of connections, with --workload." default:"256"`
	Batch       []int         `help:"Sizes of batches, with --workload; 1: one transaction per request." default:"1"`
	Rate        int           `help:"Requests that are due in a second, with --workload (open loop). Default: as many as are answered (closed loop)."`
	Duration    time.Duration `help:"How long each leg is measured." default:"10s"`
	Runs        int           `help:"How often it is measured. Default: once, and figures five times."`
	Accounts    int           `help:"How many accounts the load is spread over." default:"10000"`
	Page        int           `help:"Length of the pages that lists are read in. Default: the service's."`
	Ledger      string        `help:"Ledger that is posted to." default:"main"`
	JSON        string        `help:"File to write the report to, as JSON." type:"path" placeholder:"FILE"`

	Only         []string `help:"Parts of the figures: single, one, batches, hot, wallets, webhooks, balance, list, catchup, full, journal."`
	Webhooks     int      `help:"Webhooks that Stripe sends in a burst, 1,000 due in a second, for the figures." default:"60000"`
	CatchUp      int      `help:"Transactions that projections catch up with, for the figures." default:"1000000"`
	History      int      `help:"Transactions of the account whose list is read, for the figures." default:"100000"`
	Events       int      `help:"Transactions that fill the journal, for the figures." default:"5000000"`
	Journal      int      `help:"Events of the journal that is verified and from which projections are rebuilt, for the figures." default:"2000000"`
	ManyAccounts int      `help:"Accounts that those are spread over." default:"1000000"`
	Scale        int      `help:"Scale of pgbench's tables; 0 for no pgbench." default:"50"`

	URL         string `help:"Address of the service." env:"FLORIN_URL" default:"http://127.0.0.1:8080"`
	Token       string `help:"Bearer token with the roles service and finance." env:"FLORIN_TOKEN"`
	AdminURL    string `help:"Address of the service's metrics; without it what the service spends stays unknown." env:"FLORIN_ADMIN_URL"`
	DatabaseURL string `help:"The service's Postgres; without it what that spends and stores stays unknown." env:"DATABASE_URL,FLORIN_DEV_DATABASE_URL"`
	Secret      string `help:"Webhook secret, for the workload webhook." env:"STRIPE_WEBHOOK_SECRET" placeholder:"whsec_…"`
	Yes         bool   `help:"Measure a service on another machine, which may be one that people rely on."`
}

// figureRuns is how often a figure is measured.
const figureRuns = 5

// Validate is called by kong.
func (c *measureCommand) Validate() error {
	for flag, known := range map[string][]string{"--workload": bench.Workloads(), "--only": bench.Parts()} {
		given := c.Workload
		if flag == "--only" {
			given = c.Only
		}
		for _, name := range given {
			if !slices.Contains(known, name) {
				return fmt.Errorf("%s: there is no %q: there are %s", flag, name, strings.Join(known, ", "))
			}
		}
	}
	const most = 10_000 // transactions in a batch, as the API takes them; connections for one process
	switch {
	case slices.Min(c.Connections) < 1 || slices.Max(c.Connections) > most:
		return fmt.Errorf("--connections: want 1 to %d", most)
	case slices.Min(c.Batch) < 1 || slices.Max(c.Batch) > most:
		return fmt.Errorf("--batch: want 1 to %d", most)
	case c.Duration <= 0 || c.Rate < 0 || c.Runs < 0 || c.Accounts < 2 || c.Page < 0 || c.Scale < 0:
		return errors.New("--duration is more than nothing, --accounts at least 2, and no number is negative")
	case min(c.Webhooks, c.CatchUp, c.History, c.Events, c.Journal, c.ManyAccounts) < 1:
		return errors.New("--webhooks, --catch-up, --history, --events, --journal and --many-accounts are at least 1")
	case c.Rate > 0 && len(c.Workload) == 0:
		return errors.New("--rate goes with --workload")
	case c.Figures && len(c.Workload) > 0, !c.Figures && len(c.Only) > 0:
		return errors.New("--workload is without --figures, --only is with it")
	}
	return nil
}

// Run measures, prints the report, and fails when the books are wrong afterwards.
func (c *measureCommand) Run(ctx context.Context, con console) error {
	log := slog.New(slog.NewTextHandler(con.Err, nil))
	if c.Start {
		return c.runStarted(ctx, con, log)
	}
	target := bench.Target{URL: c.URL, AdminURL: c.AdminURL, Token: c.Token, DatabaseURL: c.DatabaseURL, WebhookSecret: c.Secret}
	if c.Token == "" {
		return errors.New("no token: source .florin/dev.env, set FLORIN_TOKEN, or let --start start a service")
	}
	if !target.Local() && !c.Yes {
		return fmt.Errorf("%s is another machine: --yes says that any number of transactions may be posted there", target.URL)
	}
	return c.runAgainst(ctx, con, target, bench.Config{Log: log}, &bench.Report{})
}

// runStarted measures a service of its own.
func (c *measureCommand) runStarted(ctx context.Context, con console, log *slog.Logger) (err error) {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	started, err := bench.Start(ctx, self, log)
	if err != nil {
		return err
	}
	defer func() {
		if ctx.Err() != nil { // everything that was under way has failed by now, each in its own words
			err = errors.New("interrupted")
		}
		err = errors.Join(err, started.Stop())
	}()
	report := &bench.Report{}
	report.Surroundings.SyncSeconds = &started.SyncSeconds
	config := bench.Config{Log: log}
	if c.Scale > 0 && len(c.Workload) == 0 { // a workload that is named is no comparison
		log.Info("filling pgbench's tables", "scale", c.Scale)
		if config.TPCB, err = bench.NewPGBench(ctx, started.Binaries, started.SuperURL, c.Scale); err != nil {
			report.Missing = append(report.Missing, err.Error())
		}
	}
	config.Tool, config.MoneyProjections = bench.NewTool(self, started.Target.DatabaseURL), readmodel.MoneyNames()
	config.Fresh = func(ctx context.Context) (*bench.Bench, func() error, error) {
		fresh, err := bench.Start(ctx, self, log)
		if err != nil {
			return nil, nil, err
		}
		fresh.Target.Ledger = c.Ledger
		b, err := bench.Open(ctx, fresh.Target, bench.Config{Log: log, Accounts: c.Accounts})
		if err != nil {
			return nil, nil, errors.Join(err, fresh.Stop())
		}
		return b, func() error { b.Close(); return fresh.Stop() }, nil
	}
	return c.runAgainst(ctx, con, started.Target, config, report)
}

// runAgainst measures a service, and writes what it found out.
func (c *measureCommand) runAgainst(ctx context.Context, con console, target bench.Target, config bench.Config, report *bench.Report) error {
	target.Ledger, config.Accounts, config.Page = c.Ledger, c.Accounts, c.Page
	if target.DatabaseURL != "" {
		config.Verify = func(ctx context.Context) (string, bool, error) { return verdictOf(ctx, target.DatabaseURL) }
	}
	b, err := bench.Open(ctx, target, config)
	if err != nil {
		return err
	}
	defer b.Close()
	if err := b.Describe(ctx, report, c.florinVersion(), c.natsVersion()); err != nil {
		return err
	}
	err = c.measure(ctx, b, config.TPCB != nil, report)
	if err == nil {
		config.Log.Info("checking the books")
		report.Books, err = b.Check(ctx)
	}
	// What was measured is shown, whatever went wrong after it: it may have taken an hour.
	if len(report.Legs) > 0 {
		report.Write(con.Out)
	}
	if c.JSON != "" {
		err = errors.Join(err, writeReport(c.JSON, report))
	}
	if err == nil && len(report.Books.Wrong) > 0 {
		return errFound
	}
	return err
}

// measure runs what is asked for.
func (c *measureCommand) measure(ctx context.Context, b *bench.Bench, tpcb bool, report *bench.Report) error {
	if c.Figures {
		runs := c.Runs
		if runs == 0 {
			runs = figureRuns
		}
		return b.Figures(ctx, bench.FiguresConfig{Runs: runs, Duration: c.Duration, Only: c.Only,
			Webhooks: c.Webhooks, CatchUp: c.CatchUp, History: c.History, Events: c.Events, Journal: c.Journal, Accounts: c.ManyAccounts}, report)
	}
	for range max(1, c.Runs) {
		if tpcb {
			if err := b.RunTPCB(ctx, 0, c.Duration, report); err != nil {
				return err
			}
		}
		if err := b.RunAll(ctx, c.legs(), report); err != nil {
			return err
		}
	}
	return nil
}

// legs are what is asked for, or the plan.
func (c *measureCommand) legs() []bench.Leg {
	var legs []bench.Leg
	for _, workload := range c.Workload {
		batches := c.Batch
		if !bench.Posts(workload) {
			batches = []int{0}
		}
		for _, batch := range batches {
			for _, connections := range c.Connections {
				legs = append(legs, bench.Leg{Workload: workload, Connections: connections, Batch: batch, Rate: c.Rate, Duration: c.Duration})
			}
		}
	}
	if len(legs) == 0 {
		return bench.Plan(c.Duration)
	}
	return legs
}

// florinVersion is known of a service that this binary is.
func (c *measureCommand) florinVersion() string {
	if c.Start {
		return version()
	}
	return "florin of unknown version (measured by " + version() + ")"
}

// natsVersion is known of a service that this binary is.
func (c *measureCommand) natsVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !c.Start || !ok {
		return "unknown"
	}
	for _, module := range info.Deps {
		if module.Path == "github.com/nats-io/nats-server/v2" {
			return module.Version + ", embedded"
		}
	}
	return "unknown"
}

// verdictOf checks the books as florin verify does, and says so in a line.
func verdictOf(ctx context.Context, database string) (said string, sound bool, err error) {
	pool, err := openPool(ctx, database, verifyConnections, 0)
	if err != nil {
		return "", false, err
	}
	defer pool.Close()
	r, err := verifyBooks(ctx, pool)
	if err != nil {
		return "", false, err
	}
	if r.Sound() {
		return fmt.Sprintf("the books are sound: %d events, %d rows of decision state", r.Events, r.StateRows), true, nil
	}
	return fmt.Sprintf("%d findings, the first: %s: %s", len(r.Findings), r.Findings[0].Check, r.Findings[0].Detail), false, nil
}

// writeReport writes it as JSON.
func writeReport(path string, report *bench.Report) error {
	data, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644) //nolint:gosec // a report is for whoever wants to read it
}
