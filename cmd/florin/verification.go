package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger/journal"
)

// verifyConnections are enough for a verification.
const verifyConnections = 1 + readmodel.CheckConnections

// The parts of a verification, by the names under which they are asked for.
const (
	// partJournal is all that follows from the journal and is no projection: its order, hashes and sums, outcomes and
	// decision state.
	partJournal = "journal"
	// partOverdue is what waits for longer than it may.
	partOverdue = "overdue"
)

// verifyParts are the parts of a verification: those above, and each projection by its name.
func verifyParts() []string { return append([]string{partJournal, partOverdue}, readmodel.Names()...) }

// verification is how the books are looked at.
type verification struct {
	// Only are the parts that are looked at; empty for all of them. The journal is read for each of them but partOverdue.
	Only []string
	// Rate is how many events are read in a second at most; 0 for as many as there can be.
	Rate int
	// Now is the time as of which something is overdue; nil for the machine's.
	Now func() time.Time
	// Progress is told how far it is, from time to time; nil for nobody.
	Progress func(position, total int64)
}

// progressEvery is after how many events somebody is told, and paceEvery after how many the rate is looked at.
const progressEvery, paceEvery = 10_000, 500

// errPart says that something was to be looked at that there is not.
var errPart = errors.New("there is no such part of a verification")

// verifyBooks looks at everything.
func verifyBooks(ctx context.Context, pool *pgxpool.Pool) (*journal.Report, error) {
	return verification{}.run(ctx, pool)
}

// run replays the journal and holds everything that is stored against it: decision state, outcomes, and the projections
// at the position where they stand. All of it is of one moment. pool has verifyConnections.
func (v verification) run(ctx context.Context, pool *pgxpool.Pool) (report *journal.Report, err error) {
	for _, part := range v.Only {
		if !slices.Contains(verifyParts(), part) {
			return nil, fmt.Errorf("%w: %q; want some of %v", errPart, part, verifyParts())
		}
	}
	begun := time.Now()
	err = postgres.NewStore(pool).Books(ctx, func(books postgres.Books) error {
		head, err := books.Head(ctx, shard)
		if err != nil {
			return err
		}
		report = journal.NewReport(shard)
		if v.wants(partJournal) || len(v.projections()) > 0 {
			if report, err = v.replay(ctx, pool, books, head.Position); err != nil {
				return err
			}
		}
		report.Position = head.Position
		if !v.wants(partOverdue) {
			return nil
		}
		return v.overdue(ctx, books, report)
	})
	if report != nil {
		report.At, report.Took = begun.UTC(), time.Since(begun).Milliseconds()
	}
	return report, err
}

func (v verification) wants(part string) bool {
	return len(v.Only) == 0 || slices.Contains(v.Only, part)
}

func (v verification) projections() (names []string) {
	for _, name := range readmodel.Names() {
		if v.wants(name) {
			names = append(names, name)
		}
	}
	return names
}

func (v verification) replay(ctx context.Context, pool *pgxpool.Pool, books postgres.Books, total int64) (*journal.Report, error) {
	registry := newRegistry()
	check, err := readmodel.NewCheck(ctx, pool, books.Tx, registry, v.projections())
	if err != nil {
		return nil, err
	}
	defer check.Close(context.WithoutCancel(ctx))
	begun := time.Now()
	report, err := journal.Verify(ctx, registry, shard, books, func(e *journal.Event, r *journal.Report) error {
		if v.Progress != nil && e.Position%progressEvery == 0 {
			v.Progress(e.Position, total)
		}
		if v.Rate > 0 && e.Position%paceEvery == 0 {
			pause(ctx, time.Until(begun.Add(time.Duration(e.Position)*time.Second/time.Duration(v.Rate))))
		}
		if err := check.Take(e, r); err != nil || e.Position < total {
			return err
		}
		return check.End()
	})
	if err != nil {
		return report, err
	}
	return report, check.Compare(report)
}

// overdue looks for what waits for longer than it may, as of the last moment at which there was a service.
func (v verification) overdue(ctx context.Context, books postgres.Books, report *journal.Report) error {
	now := time.Now
	if v.Now != nil {
		now = v.Now
	}
	at, err := books.Served(ctx, shard, now())
	if err != nil {
		return err
	}
	if err := books.Overdue(ctx, shard, at, report); err != nil {
		return err
	}
	return readmodel.Overdue(ctx, books.Tx, newRegistry(), at.Add(-postgres.OverdueAfter), report)
}
