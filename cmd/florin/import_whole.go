package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/cmd/florin/archive"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/migrations"
)

// importPage is how many events, outcomes or rows of state are written at once.
const importPage = 1_000

// importWhole fills an empty database with what `florin export` wrote: all of it, in one transaction, or nothing.
// Decision state is worked out again from the events, and all is verified before it is committed.
func importWhole(ctx context.Context, file, databaseURL string, out io.Writer) error {
	if databaseURL == "" {
		return errors.New("--whole needs the database: --database-url or DATABASE_URL")
	}
	var in io.Reader = os.Stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // it was only read
		in = f
	}
	schema, latest, err := migrations.Status(ctx, databaseURL)
	if err != nil {
		return err
	}
	if schema != latest {
		return fmt.Errorf("the database's schema is %d, and this florin's is %d: run florin migrate", schema, latest)
	}
	pool, err := openPool(ctx, databaseURL, 1, 0)
	if err != nil {
		return err
	}
	defer pool.Close()
	var report *journal.Report
	err = postgres.NewStore(pool).Fill(ctx, shard, func(f *postgres.Filling) (err error) {
		to := &intake{ctx: ctx, schema: schema, filling: f, replay: journal.NewReplay(newRegistry(), shard)}
		if err := archive.Read(in, to); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		report, err = to.finish()
		return err
	})
	if err != nil {
		return fmt.Errorf("nothing was imported: %w", err)
	}
	_, err = fmt.Fprintf(out, "%d events, %d outcomes with events and %d rows of decision state are in the database, and the books are sound\n",
		report.Events, report.Outcomes, report.StateRows)
	return err
}

// intake takes an archive into a database.
type intake struct {
	ctx      context.Context //nolint:containedctx // of the one call that reads the file
	schema   int64
	filling  *postgres.Filling
	replay   *journal.Replay
	head     journal.Head
	events   []*journal.Event
	outcomes []journal.Outcome
}

// Begin implements archive.Receiver.
func (i *intake) Begin(h archive.Header) (err error) {
	if h.Schema != i.schema {
		return fmt.Errorf("it was written at schema %d, and the database's is %d: import it with a florin of schema %d, and migrate then", h.Schema, i.schema, h.Schema)
	}
	if h.Shard != shard {
		return fmt.Errorf("it is of shard %d, and this is %d", h.Shard, shard)
	}
	i.head, err = h.Head()
	return err
}

// Event implements archive.Receiver.
func (i *intake) Event(e *journal.Event) error {
	findings, err := i.replay.Apply(e)
	if err != nil {
		return fmt.Errorf("event %d: %w", e.Position, err)
	}
	if len(findings) > 0 {
		return fmt.Errorf("event %d: %s: %s", e.Position, findings[0].Check, findings[0].Detail)
	}
	e.Body = nil // its bytes are what is written
	if i.events = append(i.events, e); len(i.events) < importPage {
		return nil
	}
	return i.flush()
}

// Outcome implements archive.Receiver.
func (i *intake) Outcome(o journal.Outcome) error {
	if i.outcomes = append(i.outcomes, o); len(i.outcomes) < importPage {
		return nil
	}
	return i.flush()
}

// Row implements archive.Receiver.
func (i *intake) Row(r archive.Row) error { return i.filling.PutKept(i.ctx, r.Table, r.Data) }

// flush writes what was gathered.
func (i *intake) flush() error {
	if err := i.filling.PutEvents(i.ctx, i.events); err != nil {
		return err
	}
	if len(i.outcomes) > 0 {
		if err := i.filling.PutOutcomes(i.ctx, i.outcomes); err != nil {
			return fmt.Errorf("outcomes: %w", err)
		}
	}
	i.events, i.outcomes = i.events[:0], i.outcomes[:0]
	return nil
}

// finish writes what follows from the file, and verifies everything as it is going to be committed.
func (i *intake) finish() (*journal.Report, error) {
	if err := i.flush(); err != nil {
		return nil, err
	}
	if i.replay.Position() != i.head.Position || i.replay.Chain() != i.head.Chain {
		return nil, fmt.Errorf("its events end at %d with another chain value than its first line says of %d", i.replay.Position(), i.head.Position)
	}
	for keys := range slices.Chunk(i.replay.Keys(), importPage) {
		rows := make([]journal.StateRow, len(keys))
		for n, key := range keys {
			var err error
			if rows[n], _, err = i.replay.Row(key); err != nil {
				return nil, err
			}
		}
		if err := i.filling.PutState(i.ctx, rows); err != nil {
			return nil, fmt.Errorf("decision state: %w", err)
		}
	}
	if err := i.filling.SetHead(i.ctx, i.head); err != nil {
		return nil, err
	}
	i.replay = nil // verification makes another
	report, err := journal.Verify(i.ctx, newRegistry(), shard, i.filling, nil)
	if err != nil {
		return nil, err
	}
	if !report.Sound() {
		return nil, fmt.Errorf("the books would not be sound: %d findings, the first: event %d: %s: %s", len(report.Findings),
			report.Findings[0].Position, report.Findings[0].Check, report.Findings[0].Detail)
	}
	return report, nil
}
