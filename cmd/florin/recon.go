package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/stripepay"
	"github.com/florinledger/florin/ledger/recon"
	"github.com/florinledger/florin/migrations"
)

// reconCommand holds statements against the books.
type reconCommand struct {
	Stripe reconStripeCommand `cmd:"" help:"Hold Stripe's balance transactions and payouts against the journal. Exit code 1 with breaks."`
}

// reconConnections is how many connections to the database it takes.
const reconConnections = 2

// reconStripeCommand reconciles Stripe, here and now, and keeps what came of it for the API to show.
type reconStripeCommand struct {
	DatabaseURL string `help:"Postgres, as a URL." env:"DATABASE_URL,FLORIN_DEV_DATABASE_URL" required:""`
	From        string `help:"When the period begins: a day in UTC (2026-03-04), or a time (2026-03-04T06:00:00Z)." required:""`
	Until       string `help:"When it ends; of a day its beginning, so that 2026-03-05 is the end of the 4th. Default: a day after --from."`
	JSON        bool   `help:"Print JSON."`

	StripeKey     string `help:"Stripe's secret or restricted key; a file is better kept." env:"STRIPE_API_KEY"`
	StripeKeyFile string `help:"File with Stripe's secret or restricted key." env:"STRIPE_API_KEY_FILE" type:"path"`
	StripeURL     string `help:"Where Stripe's API is, if it is not Stripe's own." env:"STRIPE_API_URL"`
	StripeLive    bool   `help:"The key is one of the live mode." env:"STRIPE_LIVE"`
}

// Run makes the report and prints it.
func (c *reconStripeCommand) Run(ctx context.Context, con console) error {
	run := recon.Run{Source: recon.Stripe, Actor: operator()}
	var err error
	if run.Period, err = c.period(); err != nil {
		return err
	}
	key, err := (&settings{StripeKey: c.StripeKey, StripeKeyFile: c.StripeKeyFile, StripeLive: c.StripeLive}).stripeKey()
	switch {
	case err != nil:
		return err
	case key == "":
		return errors.New("without a key Stripe tells nothing: --stripe-key-file")
	}
	if err := checkSchema(ctx, "the database", c.DatabaseURL, migrations.Status); err != nil {
		return err
	}
	pool, err := openPool(ctx, c.DatabaseURL, reconConnections, 0)
	if err != nil {
		return err
	}
	defer pool.Close()
	client := &http.Client{Timeout: stripepay.DefaultCallTime}
	defer client.CloseIdleConnections()
	gateway := stripepay.NewGateway(key, stripepay.GatewayConfig{URL: c.StripeURL, Client: client})
	log := slog.New(slog.NewTextHandler(con.Err, nil))
	runner := recon.NewRunner(stripepay.NewStatement(gateway, c.StripeLive), stripeBooks(pool, newRegistry()), log, time.Now)
	report, err := runner.Reconcile(ctx, &run)
	if err != nil {
		return err
	}
	if run, err = postgres.NewReconciliations(pool).Record(ctx, run, report.Breaks); err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(con, shownReport(run, report))
	} else {
		err = printReconciliation(con, run, report)
	}
	if err == nil && len(report.Breaks) > 0 {
		err = errFound
	}
	return err
}

// period reads the flags.
func (c *reconStripeCommand) period() (p recon.Period, err error) {
	if p.From, err = dayOrTime(c.From); err != nil {
		return p, fmt.Errorf("--from: %w", err)
	}
	p.Until = p.From.AddDate(0, 0, 1)
	if c.Until != "" {
		if p.Until, err = dayOrTime(c.Until); err != nil {
			return p, fmt.Errorf("--until: %w", err)
		}
	}
	return p, p.Validate(time.Now())
}

func dayOrTime(text string) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fmt.Errorf("%q is neither a day (2026-03-04) nor a time (2026-03-04T06:00:00Z)", text)
	}
	return at.UTC().Truncate(time.Microsecond), nil
}

// printReconciliation prints the figures, and the breaks.
func printReconciliation(con console, run recon.Run, report *recon.Report) error {
	fmt.Fprintf(con.Out, "%s  %s until %s  journal up to %d\n", run.ID, run.From.Format(time.RFC3339), run.Until.Format(time.RFC3339), run.Position)
	fmt.Fprintf(con.Out, "%d lines, %d of them matched, and %d entries\n\n", report.Lines, report.Matched, report.Entries)
	w := tabwriter.NewWriter(con.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ASSET\tOPENING\tBOOKED\tCLOSING\tAT STRIPE\tDIFFERENCE")
	for _, f := range report.Assets {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", f.Asset, f.Opening, f.Booked, f.Closing, f.Stated, f.Difference)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(report.Breaks) == 0 {
		_, err := fmt.Fprintln(con.Out, "\nno breaks")
		return err
	}
	fmt.Fprintln(w, "\nAT\tREASON\tLINE\tPOSITION\tDIFFERENCE\tWHAT")
	for i := range report.Breaks {
		b := &report.Breaks[i]
		position := "-"
		if b.Position > 0 {
			position = fmt.Sprint(b.Position)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s: %s\n", b.At.Format(time.RFC3339), b.Reason, cmp.Or(b.Line, "-"), position, amounts(b.Difference), cmp.Or(b.Of, "by hand"), b.Detail)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(con.Out, "\n%d breaks\n", len(report.Breaks))
	return err
}

func amounts(all []recon.Money) string {
	if len(all) == 0 {
		return "-"
	}
	texts := make([]string, len(all))
	for i, m := range all {
		texts[i] = m.Amount.String() + " " + m.Asset
	}
	return strings.Join(texts, ", ")
}

// reportJSON is a reconciliation as --json shows it.
type reportJSON struct {
	ID       string       `json:"id"`
	Source   string       `json:"source"`
	From     time.Time    `json:"from"`
	Until    time.Time    `json:"until"`
	Position int64        `json:"position"`
	Lines    int          `json:"lines"`
	Entries  int          `json:"entries"`
	Matched  int          `json:"matched"`
	Assets   []figureJSON `json:"assets"`
	Breaks   []breakJSON  `json:"breaks"`
}

// figureJSON are the figures of an asset.
type figureJSON struct {
	Asset      string          `json:"asset"`
	Opening    decimal.Decimal `json:"opening"`
	Booked     decimal.Decimal `json:"booked"`
	Closing    decimal.Decimal `json:"closing"`
	Stated     decimal.Decimal `json:"stated"`
	Difference decimal.Decimal `json:"difference"`
	Explained  decimal.Decimal `json:"explained"`
}

// breakJSON is a break.
type breakJSON struct {
	Reason      recon.Reason `json:"reason"`
	At          time.Time    `json:"at"`
	Of          string       `json:"of,omitempty"`
	Line        string       `json:"line,omitempty"`
	LineType    string       `json:"line_type,omitempty"`
	Entry       string       `json:"entry,omitempty"`
	Position    int64        `json:"position,omitempty"`
	Transaction string       `json:"transaction,omitempty"`
	Difference  []moneyJSON  `json:"difference"`
	Detail      string       `json:"detail"`
}

func shownReport(run recon.Run, report *recon.Report) reportJSON {
	out := reportJSON{
		ID: run.ID, Source: run.Source, From: run.From, Until: run.Until, Position: run.Position,
		Lines: report.Lines, Entries: report.Entries, Matched: report.Matched, Assets: []figureJSON{}, Breaks: []breakJSON{},
	}
	for _, f := range report.Assets {
		out.Assets = append(out.Assets, figureJSON(f))
	}
	for i := range report.Breaks {
		b := &report.Breaks[i]
		out.Breaks = append(out.Breaks, breakJSON{
			Reason: b.Reason, At: b.At, Of: b.Of, Line: b.Line, LineType: b.LineType, Entry: b.Entry, Position: b.Position, Transaction: b.Transaction,
			Difference: shownAmounts(b.Difference), Detail: b.Detail,
		})
	}
	return out
}

// moneyJSON is an amount with its asset.
type moneyJSON struct {
	Amount decimal.Decimal `json:"amount"`
	Asset  string          `json:"asset"`
}

func shownAmounts(all []recon.Money) []moneyJSON {
	out := []moneyJSON{}
	for _, m := range all {
		out = append(out, moneyJSON{m.Amount, m.Asset})
	}
	return out
}
