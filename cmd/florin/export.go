package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/cmd/florin/archive"
	"github.com/florinledger/florin/cmd/florin/progress"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/migrations"
)

// exportPage is how many events are read at once.
const exportPage = 2_000

// exportCommand writes the whole journal of the shard to a file: what `florin import --whole` reads.
type exportCommand struct {
	File        string `arg:"" help:"File to write, which is not there yet; - for standard output."`
	DatabaseURL string `help:"Postgres, as a URL." env:"DATABASE_URL,FLORIN_DEV_DATABASE_URL" required:""`
	Format      string `help:"Form of the file." enum:"jsonl" default:"jsonl"`
}

// Run writes one consistent view, beside a running service. The file appears under its name once it is whole.
func (c *exportCommand) Run(ctx context.Context, con console) error {
	if c.File == "-" {
		return c.export(ctx, con.Out, con.Err)
	}
	if _, err := os.Stat(c.File); err == nil {
		return fmt.Errorf("%s is there already", c.File)
	}
	f, err := os.CreateTemp(filepath.Dir(c.File), filepath.Base(c.File)+".*.part")
	if err != nil {
		return err
	}
	err = c.export(ctx, f, con.Err)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Link(f.Name(), c.File) // unlike a rename, it does not replace what came to be there meanwhile
	}
	return errors.Join(err, os.Remove(f.Name()))
}

func (c *exportCommand) export(ctx context.Context, out, errs io.Writer) error {
	schema, latest, err := migrations.Status(ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	if schema != latest {
		return fmt.Errorf("the database's schema is %d, and this florin's is %d: run florin migrate, or the florin of the database", schema, latest)
	}
	pool, err := openPool(ctx, c.DatabaseURL, 1, 0)
	if err != nil {
		return err
	}
	defer pool.Close()
	return postgres.NewStore(pool).Books(ctx, func(books postgres.Books) error {
		head, err := books.Head(ctx, shard)
		if err != nil {
			return err
		}
		w, err := archive.NewWriter(out, archive.NewHeader(schema, head))
		if err != nil {
			return err
		}
		if err := exportEvents(ctx, books, head, w, errs); err != nil {
			return err
		}
		if err := books.EachOutcome(ctx, shard, func(o journal.Outcome) error { return w.Outcome(&o) }); err != nil {
			return fmt.Errorf("outcomes: %w", err)
		}
		if err := books.EachKept(ctx, func(table string, row json.RawMessage) error {
			return w.Row(archive.Row{Table: table, Data: row})
		}); err != nil {
			return err
		}
		count, err := w.Finish()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(errs, "%d events, %d outcomes and %d rows beside the journal; its chain ends with %x\n", count.Events, count.Outcomes, count.Rows, head.Chain)
		return err
	})
}

// exportEvents writes the events, and holds their chain against the head: a file of a damaged journal would be of no use.
func exportEvents(ctx context.Context, books postgres.Books, head journal.Head, w *archive.Writer, errs io.Writer) error {
	bar := progress.New(errs, "writing", "events", head.Position)
	defer bar.Finish()
	var chain [32]byte
	for after := int64(0); after < head.Position; {
		events, err := books.Events(ctx, shard, after, exportPage)
		if err != nil {
			return fmt.Errorf("events after %d: %w", after, err)
		}
		if len(events) == 0 {
			return fmt.Errorf("event %d is missing: see florin verify", after+1)
		}
		for i := range events {
			e := &events[i]
			if after++; e.Position != after || e.Prev != chain || !e.Intact() {
				return fmt.Errorf("event %d is not what was recorded, or one is missing before it: see florin verify", e.Position)
			}
			if chain = e.Chain(); e.Position > head.Position {
				return fmt.Errorf("event %d is beyond the journal's end: see florin verify", e.Position)
			}
			if err := w.Event(e); err != nil {
				return err
			}
		}
		bar.Add(len(events))
	}
	if chain != head.Chain {
		return errors.New("the journal's end is not what its events come to: see florin verify")
	}
	return nil
}
