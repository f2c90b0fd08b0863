package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger/journal"
)

// verifyCommand checks the books.
type verifyCommand struct {
	DatabaseURL string `help:"Postgres, as a URL." env:"DATABASE_URL,FLORIN_DEV_DATABASE_URL" required:""`
	JSON        bool   `help:"Print the report as JSON."`
}

// Run reads the books in one consistent view, beside a running service, and prints a report. Exit
// code 1 when something was found.
func (c *verifyCommand) Run(ctx context.Context, con console) error {
	pool, err := openPool(ctx, c.DatabaseURL, 1, 0)
	if err != nil {
		return err
	}
	defer pool.Close()
	report, err := verifyBooks(ctx, postgres.NewStore(pool))
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

// verifyBooks replays the journal and holds everything that is stored against it: decision state,
// outcomes, and the balances and entries of the projections at the position where they stand.
func verifyBooks(ctx context.Context, store *postgres.Store) (report *journal.Report, err error) {
	err = store.Books(ctx, func(books postgres.Books) error {
		projections, err := readmodel.NewCheck(ctx, books.Tx)
		if err != nil {
			return err
		}
		report, err = journal.Verify(ctx, newRegistry(), shard, books, projections.Take)
		if err == nil {
			err = projections.Compare(ctx, report)
		}
		return err
	})
	return report, err
}

func printReport(con console, r *journal.Report) error {
	fmt.Fprintf(con.Out, "shard %d up to position %d: %d events, %d outcomes with events, %d rows of decision state\n",
		r.Shard, r.Position, r.Events, r.Outcomes, r.StateRows)
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
