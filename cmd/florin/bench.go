package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/florinledger/florin/cmd/florin/bench"
)

// measureCommand is florin bench: it measures a service.
type measureCommand struct {
	Start bool `help:"Start a service to measure, with a Postgres of its own, and remove both afterwards."`

	URL      string `help:"Address of the service." env:"FLORIN_URL" default:"http://127.0.0.1:8080"`
	Token    string `help:"Bearer token with the roles service and finance." env:"FLORIN_TOKEN"`
	AdminURL string `help:"Address of the service's metrics; without it what the service spends stays unknown." env:"FLORIN_ADMIN_URL"`

	DatabaseURL string `help:"The service's Postgres; without it what that spends and stores stays unknown." env:"DATABASE_URL,FLORIN_DEV_DATABASE_URL"`
	Secret      string `help:"Webhook secret, for the workload webhook." env:"STRIPE_WEBHOOK_SECRET" placeholder:"whsec_…"`
	Ledger      string `help:"Ledger that is posted to." default:"main"`
	Yes         bool   `help:"Measure a service on another machine: it may be one that people rely on."`

	Workload    []string      `help:"Workloads: uniform, hot, zipfian, balance, entries, transactions, webhook." enum:"uniform,hot,zipfian,balance,entries,transactions,webhook" default:"uniform"`
	Connections []int         `help:"Numbers of connections." default:"256"`
	Batch       []int         `help:"Sizes of batches; 1: one transaction per request." default:"1"`
	Duration    time.Duration `help:"How long each leg is measured." default:"10s"`
	Accounts    int           `help:"How many accounts the load is spread over." default:"10000"`
}

// Run measures and prints the report.
func (c *measureCommand) Run(ctx context.Context, con console) (err error) {
	log := slog.New(slog.NewTextHandler(con.Err, &slog.HandlerOptions{Level: slog.LevelInfo}))
	target := bench.Target{URL: c.URL, AdminURL: c.AdminURL, Token: c.Token, DatabaseURL: c.DatabaseURL, WebhookSecret: c.Secret}
	if c.Start {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		started, err := bench.Start(ctx, self, nil, log)
		if err != nil {
			return err
		}
		defer func() {
			if stopErr := started.Stop(); err == nil {
				err = stopErr
			}
		}()
		target = started.Target
	}
	target.Ledger = c.Ledger
	if !target.Local() && !c.Yes {
		return fmt.Errorf("%s is another machine: --yes says that thousands of transactions may be posted there", target.URL)
	}
	b, err := bench.Open(ctx, target, bench.Config{Accounts: c.Accounts, Log: log})
	if err != nil {
		return err
	}
	defer b.Close()
	var report bench.Report
	if report.Surroundings, err = b.Surroundings(ctx, version(), "unknown"); err != nil {
		return err
	}
	for _, workload := range c.Workload {
		for _, batch := range c.Batch {
			for _, connections := range c.Connections {
				leg, err := b.Run(ctx, bench.Leg{Workload: workload, Connections: connections, Batch: batch, Duration: c.Duration})
				if err != nil {
					return err
				}
				report.Legs = append(report.Legs, leg)
			}
		}
	}
	report.Print(con.Out)
	return nil
}
