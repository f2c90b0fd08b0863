package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
)

// Events implements journal.Reader. Positions are given out under the lock of the shard's head, so
// whatever is visible is a beginning of the journal without gaps, however slow a commit is.
//
// A gap all the same is a fault: the journal is damaged.
func (s *Store) Events(ctx context.Context, shard journal.Shard, after int64, limit int) ([]journal.Event, error) {
	rows, err := s.pool.Query(ctx, eventsAfterSQL, int16(shard), after, int64(limit))
	if err != nil {
		return nil, fmt.Errorf("events of shard %d after %d: %w", shard, after, err)
	}
	events, err := pgx.CollectRows(rows, scanEvent)
	if err != nil {
		return nil, fmt.Errorf("events of shard %d after %d: %w", shard, after, err)
	}
	for i := range events {
		if want := after + 1 + int64(i); events[i].Position != want {
			return nil, fmt.Errorf("events of shard %d: %d is missing before %d", shard, want, events[i].Position)
		}
	}
	return events, nil
}

// Head implements journal.Reader.
func (s *Store) Head(ctx context.Context, shard journal.Shard) (journal.Head, error) {
	head, err := scanHead(s.pool.QueryRow(ctx, headSQL, int16(shard)))
	if errors.Is(err, pgx.ErrNoRows) {
		return head, fmt.Errorf("head of shard %d: there is no such shard", shard)
	}
	if err != nil {
		return head, fmt.Errorf("head of shard %d: %w", shard, err)
	}
	return head, nil
}
