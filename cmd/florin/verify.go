package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/florinledger/florin/ledger/journal"
)

// verifyCommand checks the books.
type verifyCommand struct {
	DatabaseURL string   `help:"Postgres, as a URL." env:"DATABASE_URL,FLORIN_DEV_DATABASE_URL" required:""`
	JSON        bool     `help:"Print the report as JSON."`
	Only        []string `help:"Look at some of it: journal (order, hashes, sums, outcomes, decision state), overdue (what waits for longer than it may), and projections by name. Default: everything."`
	Rate        int      `help:"Events to read in a second at most, for a database that has little to spare. Default: as many as there can be."`
}

// verifyGrowth is how much garbage, in percent of what is live, may gather before it is collected: most of what is live is
// decision state, and marking that for each page of events again took a third of the time. verifyMemory is where it is
// collected sooner instead: 1.3 million balances are 0.9 GiB.
const (
	verifyGrowth = 200
	verifyMemory = 2 << 30
)

// Run reads the books in one consistent view, beside a running service, and prints a report. Exit
// code 1 when something was found.
func (c *verifyCommand) Run(ctx context.Context, con console) error {
	pool, err := openPool(ctx, c.DatabaseURL, verifyConnections, 0)
	if err != nil {
		return err
	}
	defer pool.Close()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(verifyGrowth)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(verifyMemory)
	}
	report, err := verification{Only: c.Only, Rate: c.Rate}.run(ctx, pool)
	if err != nil {
		return err
	}
	if c.JSON {
		encoder := json.NewEncoder(con.Out)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(report)
	} else {
		err = printReport(con, report)
	}
	if err == nil && !report.Sound() {
		err = errFound
	}
	return err
}

func printReport(con console, r *journal.Report) error {
	table := tabwriter.NewWriter(con.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "check\tlooked at\tfound\tms\n")
	for c := range slices.Values(r.Checks) {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%s\n", c.Name, c.Rows, c.Findings, c.Took, c.Note)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(con.Out, "\nshard %d up to position %d: %d events, %d outcomes with events, %d rows of decision state in %s\n",
		r.Shard, r.Position, r.Events, r.Outcomes, r.StateRows, time.Duration(r.Took)*time.Millisecond)
	if r.Sound() {
		_, err := fmt.Fprintln(con.Out, "the books are sound")
		return err
	}
	for f := range slices.Values(r.Findings) {
		fmt.Fprintf(con.Out, "%s: ", f.Check)
		if f.Position > 0 {
			fmt.Fprintf(con.Out, "event %d: ", f.Position)
		}
		fmt.Fprintln(con.Out, f.Detail)
	}
	_, err := fmt.Fprintf(con.Out, "%d findings\n", len(r.Findings))
	return err
}
