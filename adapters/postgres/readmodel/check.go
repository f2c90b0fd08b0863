package readmodel

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

const (
	// checkPage is how many events the parts of a check are given at once, and checkAhead how many pages wait for a
	// part that is slower than the others: these are in memory.
	checkPage, checkAhead = 4_000, 3
	// CheckConnections are enough for a check, besides the one of the transaction that it is part of.
	CheckConnections = 3
)

// Check holds the live projections against the journal, each at the position where it stands, and
// the balance that each posting carries against the postings before it.
//
// What a projection has many rows of for each event is compared while the journal is read. The others are built anew
// in temporary tables and compared row by row. All of it sees the one snapshot that the check began with.
type Check struct {
	page   []journal.Event
	parts  []chan []journal.Event
	group  *errgroup.Group
	ctx    context.Context //nolint:containedctx // of the group, which ends when a part fails
	cancel context.CancelFunc
	seen   []*journal.Report
	open   []pgx.Tx
}

// part is what one goroutine of a check does.
type part interface {
	// take looks at events, in order. They are others' too: they are not changed.
	take(ctx context.Context, events []journal.Event, report *journal.Report) error
	// finish compares what is left when there are no more.
	finish(ctx context.Context, report *journal.Report) error
}

// standing is where a live projection stands.
type standing struct {
	name     string
	schema   string
	version  int
	position int64
	passed   []int64 // events that it has passed by
}

// CheckName is the name of the check of a projection.
func CheckName(projection string) string { return "projection " + projection }

// NewCheck returns a check of the named projections, and of the balances in the journal. tx sees one state of everything
// and is read from by nobody else yet; pool, of the same database, has [CheckConnections]. Close ends the check.
func NewCheck(ctx context.Context, pool *pgxpool.Pool, tx pgx.Tx, registry *journal.Registry, projections []string) (_ *Check, err error) {
	c := &Check{}
	ctx, c.cancel = context.WithCancel(ctx)
	c.group, c.ctx = errgroup.WithContext(ctx)
	defer func() {
		if err != nil {
			c.Close(context.WithoutCancel(ctx))
		}
	}()
	var snapshot string
	var standby bool
	if err := tx.QueryRow(ctx, `SELECT pg_export_snapshot(), pg_is_in_recovery()`).Scan(&snapshot, &standby); err != nil {
		return nil, err
	}
	defs, live, report, err := standings(ctx, tx, registry, projections)
	if err != nil {
		return nil, err
	}
	c.seen = append(c.seen, report)
	if err := lockTables(ctx, tx, live); err != nil {
		return nil, err
	}
	var until int64
	if i := slices.IndexFunc(live, func(at standing) bool { return at.name == query.Accounts }); i >= 0 {
		until = live[i].position
	}
	accounts := make(chan *accountChanges, 1)
	c.start(newSums(registry, until, accounts))
	join := func(mode pgx.TxAccessMode) (pgx.Tx, error) {
		tx, err := pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: mode})
		if err != nil {
			return nil, err
		}
		c.open = append(c.open, tx)
		// It waits for the journal, however long that takes.
		_, err = tx.Exec(ctx, "SET TRANSACTION SNAPSHOT '"+snapshot+"'; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL work_mem = '64MB'")
		return tx, err
	}
	for _, at := range live {
		var compared func(context.Context, pgx.Tx) (part, error)
		switch at.name {
		case query.Entries:
			compared = func(ctx context.Context, tx pgx.Tx) (part, error) { return newEntryRows(ctx, tx, at) }
		case query.Transactions:
			compared = func(ctx context.Context, tx pgx.Tx) (part, error) { return newTransactionRows(ctx, tx, registry, at) }
		default:
			continue
		}
		own, err := join(pgx.ReadOnly)
		if err != nil {
			return nil, err
		}
		p, err := compared(ctx, own)
		if err != nil {
			return nil, err
		}
		c.start(p)
	}
	if standby {
		for _, at := range live {
			report.Unchecked(CheckName(at.name), "a stand-by takes no temporary tables, in which this is built anew")
		}
		return c, nil
	}
	own, err := join(pgx.ReadWrite)
	if err != nil {
		return nil, err
	}
	p, err := newFresh(ctx, own, registry, defs, live, accounts)
	if err != nil {
		return nil, err
	}
	c.start(p)
	return c, nil
}

// standings finds where the named projections stand. Those that never ran, or were made by another version, are noted
// in report.
func standings(ctx context.Context, tx pgx.Tx, registry *journal.Registry, names []string) (defs []definition, live []standing, report *journal.Report, err error) {
	report = &journal.Report{}
	for _, def := range definitions(registry, anyKey{}) {
		if !slices.Contains(names, def.name) {
			continue
		}
		at := standing{name: def.name}
		var generation int
		err := tx.QueryRow(ctx, sqlOf("check_standing"), def.name, def.version).Scan(&generation, &at.version, &at.position, &at.passed)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			report.Unchecked(CheckName(def.name), "it never ran")
			continue
		case err != nil:
			return nil, nil, nil, fmt.Errorf("projection %s: %w", def.name, err)
		case at.version != def.version:
			report.Unchecked(CheckName(def.name), fmt.Sprintf("its tables were made by version %d, and this binary has version %d", at.version, def.version))
			continue
		}
		at.schema = schemaOf(def.name, generation)
		defs, live = append(defs, def), append(live, at)
	}
	return defs, live, report, nil
}

// lockTables keeps tables from being dropped while they are compared.
func lockTables(ctx context.Context, tx pgx.Tx, live []standing) error {
	for _, at := range live {
		for _, table := range tablesOf(at.name) {
			if _, err := tx.Exec(ctx, "LOCK TABLE "+pgx.Identifier{at.schema, table}.Sanitize()+" IN ACCESS SHARE MODE"); err != nil {
				return fmt.Errorf("projection %s: %w", at.name, err)
			}
		}
	}
	return nil
}

// start has a part work beside the others.
func (c *Check) start(p part) {
	pages, report := make(chan []journal.Event, checkAhead), &journal.Report{}
	c.parts, c.seen = append(c.parts, pages), append(c.seen, report)
	c.group.Go(func() error {
		for events := range pages {
			if err := p.take(c.ctx, events, report); err != nil {
				return err
			}
		}
		if c.ctx.Err() != nil {
			return c.ctx.Err()
		}
		return p.finish(c.ctx, report)
	})
}

// Take adds an event of the journal, decoded, to what the projections should say.
func (c *Check) Take(e *journal.Event, _ *journal.Report) error {
	if c.page == nil {
		c.page = make([]journal.Event, 0, checkPage)
	}
	if c.page = append(c.page, *e); len(c.page) == checkPage {
		return c.hand()
	}
	return nil
}

// hand gives the page to all parts.
func (c *Check) hand() error {
	for _, pages := range c.parts {
		select {
		case pages <- c.page:
		case <-c.ctx.Done():
			c.end() // the others wait for more
			return c.group.Wait()
		}
	}
	c.page = nil
	return nil
}

// End says that there are no more events, so that the parts finish beside whatever else is looked at. Compare does so
// too.
func (c *Check) End() error {
	if len(c.page) > 0 {
		if err := c.hand(); err != nil {
			return err
		}
	}
	c.end()
	return nil
}

// Compare waits for all parts, and adds what they saw to report.
func (c *Check) Compare(report *journal.Report) error {
	if err := c.End(); err != nil {
		return err
	}
	err := c.group.Wait()
	for _, seen := range c.seen {
		report.Merge(seen)
	}
	return err
}

// end tells the parts that there are no more events.
func (c *Check) end() {
	for _, pages := range c.parts {
		close(pages)
	}
	c.parts = nil
}

// Close ends the check, finished or not, and drops what it made.
func (c *Check) Close(ctx context.Context) {
	c.cancel()
	c.end()
	_ = c.group.Wait() // Compare has told
	for _, tx := range c.open {
		_ = tx.Rollback(ctx) // or its connection is gone, and what it made with it
	}
	c.open = nil
}
