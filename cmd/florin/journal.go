package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/migrations"
)

// journalCommand looks after the tables of the journal. Nothing in it takes an event away.
type journalCommand struct {
	Partitions partitionsCommand `cmd:"" help:"List the partitions of the journal: what is in them, what they take, where they lie, whether they are frozen."`
	Sizes      sizesCommand      `cmd:"" help:"Say what each table takes, and how much that is for an event."`
	Reach      reachCommand      `cmd:"" help:"Make partitions up to a position. The writer makes them by itself, ahead of time."`
	Freeze     freezeCommand     `cmd:"" help:"Freeze the partitions that are full, at full speed. Whoever holds the shard does it by itself, slowly."`
	Move       moveCommand       `cmd:"" help:"Move full partitions into another tablespace, one after the other. Whoever reads events of one waits meanwhile."`
}

// journalDatabase is where the journal is.
type journalDatabase struct {
	DatabaseURL string `help:"Postgres, as a URL." env:"DATABASE_URL,FLORIN_DEV_DATABASE_URL" required:""`
}

// open opens the database, which must have the schema of this binary, for f.
func (d *journalDatabase) open(ctx context.Context, f func(*pgxpool.Pool) error) error {
	if err := checkSchema(ctx, "the database", d.DatabaseURL, migrations.Status); err != nil {
		return err
	}
	pool, err := openPool(ctx, d.DatabaseURL, 1, 0)
	if err != nil {
		return err
	}
	defer pool.Close()
	return f(pool)
}

// partitionsCommand lists partitions.
type partitionsCommand struct {
	journalDatabase
	JSON bool `help:"Print JSON."`
}

// shownPartition is a partition as JSON.
type shownPartition struct {
	Name         string `json:"name"`
	From         int64  `json:"from"`
	To           int64  `json:"to"`
	Events       int64  `json:"events"`
	TableBytes   int64  `json:"table_bytes"`
	IndexBytes   int64  `json:"index_bytes"`
	ToastBytes   int64  `json:"toast_bytes"`
	Tablespace   string `json:"tablespace"`
	Status       string `json:"status"`
	Transactions int64  `json:"age_transactions"`
}

// The states that a partition goes through.
const (
	partitionAhead   = "ahead"   // nothing is in it yet
	partitionFilling = "filling" // the writer adds to it
	partitionFull    = "full"    // and is to be frozen
	partitionFrozen  = "frozen"
)

func statusOfPartition(p *postgres.Partition) string {
	switch {
	case p.Frozen:
		return partitionFrozen
	case p.Full:
		return partitionFull
	case p.Events == 0:
		return partitionAhead
	}
	return partitionFilling
}

// Run prints a line for each.
func (c *partitionsCommand) Run(ctx context.Context, con console) error {
	return c.open(ctx, func(pool *pgxpool.Pool) error {
		list, err := postgres.Partitions(ctx, pool)
		if err != nil {
			return err
		}
		if c.JSON {
			shown := make([]shownPartition, len(list))
			for i := range list {
				p := &list[i]
				shown[i] = shownPartition{p.Name, p.From, p.To, p.Events, p.Table, p.Indexes, p.Toast, p.Tablespace, statusOfPartition(p), p.Age}
			}
			return printJSON(con, shown)
		}
		w := tabwriter.NewWriter(con.Out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tFROM\tTO\tEVENTS\tTABLE\tINDEXES\tTOAST\tPER EVENT\tTABLESPACE\tSTATUS\tAGE")
		for i := range list {
			p := &list[i]
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%d\n", p.Name, p.From, p.To, p.Events, inBytes(p.Table), inBytes(p.Indexes),
				inBytes(p.Toast), perEvent(p.Table+p.Indexes+p.Toast, p.Events), p.Tablespace, statusOfPartition(p), p.Age)
		}
		return w.Flush()
	})
}

// sizesCommand lists tables.
type sizesCommand struct {
	journalDatabase
	JSON bool `help:"Print JSON."`
}

// shownSizes are the sizes of tables as JSON.
type shownSizes struct {
	Events int64       `json:"events"`
	Tables []shownSize `json:"tables"`
}

type shownSize struct {
	Name       string `json:"name"`
	Rows       int64  `json:"rows"`
	TableBytes int64  `json:"table_bytes"`
	IndexBytes int64  `json:"index_bytes"`
	ToastBytes int64  `json:"toast_bytes"`
}

// Run prints a line for each, and their sum.
func (c *sizesCommand) Run(ctx context.Context, con console) error {
	return c.open(ctx, func(pool *pgxpool.Pool) error {
		list, events, err := postgres.TableSizes(ctx, pool)
		if err != nil {
			return err
		}
		if c.JSON {
			shown := shownSizes{Events: events, Tables: make([]shownSize, len(list))}
			for i, t := range list {
				shown.Tables[i] = shownSize{t.Name, t.Rows, t.Table, t.Indexes, t.Toast}
			}
			return printJSON(con, shown)
		}
		w := tabwriter.NewWriter(con.Out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "TABLE\tROWS\tHEAP\tINDEXES\tTOAST\tPER EVENT")
		all := postgres.TableSize{Name: "all"}
		row := func(t postgres.TableSize) {
			fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\n", t.Name, t.Rows, inBytes(t.Table), inBytes(t.Indexes), inBytes(t.Toast), perEvent(t.Bytes(), events))
		}
		for _, t := range list {
			row(t)
			all.Rows, all.Table, all.Indexes, all.Toast = all.Rows+t.Rows, all.Table+t.Table, all.Indexes+t.Indexes, all.Toast+t.Toast
		}
		row(all)
		if err := w.Flush(); err != nil {
			return err
		}
		_, err = fmt.Fprintf(con.Out, "\n%d events; numbers of rows are about right\n", events)
		return err
	})
}

// reachCommand makes partitions.
type reachCommand struct {
	journalDatabase
	Position int64 `arg:"" help:"Position up to which there is to be room."`
}

// Run makes them, and says how far they reach.
func (c *reachCommand) Run(ctx context.Context, con console) error {
	return c.open(ctx, func(pool *pgxpool.Pool) error {
		last, err := postgres.ReachPosition(ctx, pool, c.Position)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(con.Out, "there is room up to position %d\n", last)
		return err
	})
}

// freezeCommand freezes what is full.
type freezeCommand struct{ journalDatabase }

// Run freezes, and says what could not be frozen yet: then the exit code is 1.
func (c *freezeCommand) Run(ctx context.Context, con console) error {
	return c.open(ctx, func(pool *pgxpool.Pool) error {
		frozen, left, err := postgres.FreezePartitions(ctx, pool, 0)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(con.Out, "frozen: %s\n", listOr(frozen, "none")); err != nil || len(left) == 0 {
			return err
		}
		if _, err = fmt.Fprintf(con.Out, "in use, or seen by somebody as it was before it was full: %s\n", strings.Join(left, ", ")); err != nil {
			return err
		}
		return errFound
	})
}

func listOr(names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	return strings.Join(names, ", ")
}

// moveCommand moves partitions.
type moveCommand struct {
	journalDatabase
	Names      []string `arg:"" help:"Names of partitions, as florin journal partitions lists them."`
	Tablespace string   `help:"Where to." required:""`
}

// Run moves them one after the other; those before one that fails have moved.
func (c *moveCommand) Run(ctx context.Context, con console) error {
	return c.open(ctx, func(pool *pgxpool.Pool) error {
		for _, name := range c.Names {
			if err := postgres.MovePartition(ctx, pool, name, c.Tablespace); err != nil {
				return err
			}
			if _, err := fmt.Fprintf(con.Out, "%s is in %s\n", name, c.Tablespace); err != nil {
				return err
			}
		}
		return nil
	})
}

// inBytes is a size as a table has room for it.
func inBytes(n int64) string {
	const kilo, mega, giga = 1 << 10, 1 << 20, 1 << 30
	switch {
	case n >= 10*giga:
		return fmt.Sprintf("%d GiB", n/giga)
	case n >= 10*mega:
		return fmt.Sprintf("%d MiB", n/mega)
	}
	return fmt.Sprintf("%d KiB", n/kilo)
}

// perEvent is a size shared among events.
func perEvent(bytes, events int64) string {
	if events == 0 {
		return "-"
	}
	return fmt.Sprintf("%d", bytes/events)
}
