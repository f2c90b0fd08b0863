package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
)

var (
	//go:embed queries/books_state.sql
	booksStateSQL string
	//go:embed queries/books_done.sql
	booksDoneSQL string
)

// Books is one consistent view of all that is stored, for verification. Tx is the transaction it
// stands in, for checks of read models at the same moment.
type Books struct{ Tx pgx.Tx }

var _ journal.Books = Books{}

// Books calls f with a view that does not change, in a read-only transaction.
func (s *Store) Books(ctx context.Context, f func(Books) error) error {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, s.pool, options, func(tx pgx.Tx) error { return f(Books{tx}) })
}

// Head implements journal.Reader.
func (b Books) Head(ctx context.Context, shard journal.Shard) (journal.Head, error) {
	head, err := scanHead(b.Tx.QueryRow(ctx, headSQL, int16(shard)))
	if errors.Is(err, pgx.ErrNoRows) {
		return head, fmt.Errorf("head of shard %d: there is no such shard", shard)
	}
	return head, err
}

// Events implements journal.Reader. Unlike the store's, it hands gaps on: they are findings.
func (b Books) Events(ctx context.Context, shard journal.Shard, after int64, limit int) ([]journal.Event, error) {
	rows, err := b.Tx.Query(ctx, eventsAfterSQL, int16(shard), after, int64(limit))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanEvent)
}

// EachState implements journal.Books.
func (b Books) EachState(ctx context.Context, shard journal.Shard, f func(journal.StateRow) error) error {
	rows, err := b.Tx.Query(ctx, booksStateSQL, int16(shard))
	if err != nil {
		return err
	}
	return eachOf(rows, scanState, f)
}

// EachDone implements journal.Books.
func (b Books) EachDone(ctx context.Context, shard journal.Shard, f func(journal.Outcome) error) error {
	rows, err := b.Tx.Query(ctx, booksDoneSQL, int16(shard))
	if err != nil {
		return err
	}
	return eachOf(rows, scanOutcome, func(o outcome) error { return f(o.Outcome) })
}

// eachOf calls f with every row.
func eachOf[T any](rows pgx.Rows, scan pgx.RowToFunc[T], f func(T) error) error {
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return err
		}
		if err := f(v); err != nil {
			return err
		}
	}
	return rows.Err()
}

// EventsAt returns the events at positions, in no order; positions without one are left out.
func (s *Store) EventsAt(ctx context.Context, shard journal.Shard, positions []int64) ([]journal.Event, error) {
	rows, err := s.pool.Query(ctx, eventsAtSQL, int16(shard), positions)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanEvent)
}
