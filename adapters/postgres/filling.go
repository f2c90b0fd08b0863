package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
)

//go:embed queries/books_outcomes.sql
var booksOutcomesSQL string

// ErrNotEmpty says that a database was to be filled from a copy in which something was written already.
var ErrNotEmpty = errors.New("the database is not empty: a whole journal goes only into one that florin migrate has just made, " +
	"and that no writer has run on")

// EachOutcome calls f with every outcome, those without events too, in the order in which they were decided.
func (b Books) EachOutcome(ctx context.Context, shard journal.Shard, f func(journal.Outcome) error) error {
	rows, err := b.Tx.Query(ctx, booksOutcomesSQL, int16(shard))
	if err != nil {
		return err
	}
	return eachOf(rows, scanOutcome, func(o outcome) error { return f(o.Outcome) })
}

// Filling is the transaction in which an empty database gets the books of another one. Books in it see what was
// written so far.
type Filling struct {
	Books

	shard         journal.Shard
	partitionedTo int64
}

// Fill calls f with the means to fill the shard of an empty database, and commits what it wrote if it returns nil:
// all of it or nothing. A writer waits meanwhile, and is fenced afterwards.
//
// Errors: ErrNotEmpty; those of f.
func (s *Store) Fill(ctx context.Context, shard journal.Shard, f func(*Filling) error) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var empty bool
		err := tx.QueryRow(ctx, `SELECT position = 0 AND epoch = 0 AND NOT EXISTS (SELECT FROM outcomes) AND NOT EXISTS (SELECT FROM inbox)
			AND NOT EXISTS (SELECT FROM provider_events) FROM shard_head WHERE shard = $1 FOR UPDATE`, int16(shard)).Scan(&empty)
		if err != nil {
			return fmt.Errorf("shard %d: %w", shard, err)
		}
		if !empty {
			return ErrNotEmpty
		}
		filling := &Filling{Books: Books{tx}, shard: shard, partitionedTo: 1}
		if err := f(filling); err != nil {
			return err
		}
		return filling.countOn(ctx)
	})
}

// write runs a statement of an append with its parameters in binary form.
func (f *Filling) write(ctx context.Context, statement string, params [][]byte) error {
	return f.Tx.Conn().PgConn().ExecParams(ctx, statement, params, nil, []int16{1}, nil).Read().Err
}

// PutEvents writes events that follow each other, and what was written before.
func (f *Filling) PutEvents(ctx context.Context, events []*journal.Event) error {
	for len(events) > 0 {
		n := 1 // those of one term of office go together
		for n < len(events) && events[n].Epoch == events[0].Epoch {
			n++
		}
		for events[n-1].Position >= f.partitionedTo {
			if err := f.Tx.QueryRow(ctx, ensurePartitionSQL, f.partitionedTo).Scan(&f.partitionedTo); err != nil {
				return fmt.Errorf("partition for position %d: %w", f.partitionedTo, err)
			}
		}
		before := journal.Head{Shard: f.shard, Position: events[0].Position - 1, Epoch: events[0].Epoch}
		if err := f.write(ctx, appendEventsSQL, eventParams(&journal.Batch{Before: before, Events: events[:n]})); err != nil {
			return fmt.Errorf("events from %d: %w", events[0].Position, err)
		}
		events = events[n:]
	}
	return nil
}

// PutOutcomes writes outcomes.
func (f *Filling) PutOutcomes(ctx context.Context, outcomes []journal.Outcome) error {
	params, err := outcomeParams(&journal.Batch{Before: journal.Head{Shard: f.shard}, Outcomes: outcomes})
	if err != nil {
		return err
	}
	return f.write(ctx, appendOutcomesSQL, params)
}

// PutState writes rows of decision state.
func (f *Filling) PutState(ctx context.Context, rows []journal.StateRow) error {
	return f.write(ctx, appendStateSQL, stateParams(&journal.Batch{Before: journal.Head{Shard: f.shard}, State: rows}))
}

// SetHead says where the journal ends, and how far its writer had come.
func (f *Filling) SetHead(ctx context.Context, h journal.Head) error {
	var recordedAt *time.Time
	if !h.RecordedAt.IsZero() {
		recordedAt = &h.RecordedAt
	}
	var born *int64
	if !h.Mark.Born.IsZero() {
		nanoseconds := h.Mark.Born.UnixNano()
		born = &nanoseconds
	}
	_, err := f.Tx.Exec(ctx, `UPDATE shard_head SET timeline = $2, epoch = $3, position = $4, chain = $5, recorded_at = $6,
		mark_born = $7, mark_seq = $8 WHERE shard = $1`,
		int16(f.shard), h.Timeline, h.Epoch, h.Position, h.Chain[:], recordedAt, born, int64(h.Mark.Seq))
	return err
}
