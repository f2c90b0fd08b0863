package readmodel

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// A loader fills a generation that nobody reads yet from the journal's past, faster than an applier does: it
// takes many events before it writes. What it writes is, row for row, what the applier would have.
type loader interface {
	// add takes the next events. An error is of one of them.
	add(events []journal.Event) error
	// full reports whether what was added is to be written before more is.
	full() bool
	// write writes what was added since it last wrote.
	write(ctx context.Context, tx pgx.Tx, schema string) error
}

// applierLoader writes by an applier, a page at a time.
type applierLoader struct {
	apply applier
	page  []journal.Event
}

func (l *applierLoader) add(events []journal.Event) error {
	l.page = append(l.page, events...)
	return nil
}

func (l *applierLoader) full() bool { return len(l.page) > 0 }

func (l *applierLoader) write(ctx context.Context, tx pgx.Tx, schema string) error {
	b, page := &pgx.Batch{}, l.page
	l.page = nil
	if len(page) == 0 {
		return nil
	}
	if err := l.apply(ctx, tx, b, schema, page); err != nil || b.Len() == 0 {
		return err
	}
	return tx.SendBatch(ctx, b).Close()
}

// commitLoaded writes what a loader of a job holds and moves the checkpoint to last, in one transaction. It does so only
// while the job is being loaded: whoever has lost its lock may stand where the tables stand, and they are another's to
// finish, or read already. What is copied beside them by then would be in none of their balances.
func (g *Generation) commitLoaded(ctx context.Context, job int64, l loader, after int64, last *journal.Event) error {
	err := pgx.BeginFunc(ctx, g.pool, func(tx pgx.Tx) error {
		loading, err := tx.Exec(ctx, `SELECT FROM projection_rebuild WHERE id = $1 AND stage = $2 AND finished_at IS NULL FOR SHARE`, job, query.StageLoad)
		if err != nil {
			return err
		}
		if loading.RowsAffected() == 0 {
			return journal.ErrOutrun
		}
		b := &pgx.Batch{}
		g.queueAdvance(b, after, last)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		return l.write(ctx, tx, g.schema())
	})
	return verdict(err, last.Position)
}

// ofData reports whether an error of a write comes from what is written, and not from the server's state or
// the way to it: SQLSTATE class 22 or 23, or what an applier said itself.
func ofData(err error) bool {
	var refused *pgconn.PgError
	var network net.Error
	switch {
	case errors.As(err, &refused):
		return strings.HasPrefix(refused.Code, "22") || strings.HasPrefix(refused.Code, "23")
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, journal.ErrOutrun), errors.Is(err, journal.ErrStale), errors.Is(err, context.Canceled):
		return false
	}
	return true
}
