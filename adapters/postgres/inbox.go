package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
)

// Put implements journal.Inbox.
func (s *Store) Put(ctx context.Context, shard journal.Shard, c journal.Command) error {
	body, err := encodeCommand(&c)
	if err != nil {
		return fmt.Errorf("inbox: %w", err)
	}
	if _, err := s.pool.Exec(ctx, inboxPutSQL, c.ID[:], int16(shard), body); err != nil {
		return fmt.Errorf("inbox: %s: %w", c.ID, err)
	}
	return nil
}

// Outcome implements journal.Inbox.
func (s *Store) Outcome(ctx context.Context, id journal.CommandID) (answer journal.Answer, ok, waiting bool, err error) {
	c, o, err := s.ending(ctx, id)
	switch {
	case err != nil:
		return answer, false, false, fmt.Errorf("outcome of %s: %w", id, err)
	case o == nil && c == nil:
		return answer, false, false, nil
	case o == nil:
		return journal.Answer{Outcome: journal.Outcome{Command: id, Type: c.Type, Hash: c.Hash, Caller: c.Actor}}, false, true, nil
	}
	answer = journal.Answer{Outcome: o.Outcome, Replayed: true}
	if o.Count == 0 {
		return answer, true, false, nil
	}
	var size int64
	if err := s.pool.QueryRow(ctx, eventsSizeSQL, int16(o.shard), o.First-1, o.Count).Scan(&size); err != nil {
		return answer, false, false, fmt.Errorf("outcome of %s: %w", id, err)
	}
	if size <= journal.MaxReplyEvents {
		if answer.Events, err = s.Events(ctx, o.shard, o.First-1, o.Count); err != nil {
			return answer, false, false, fmt.Errorf("outcome of %s: %w", id, err)
		}
	}
	return answer, true, false, nil
}

// ending looks into the inbox first and for the outcome second: a command that is settled between
// the two is found twice, never nowhere.
func (s *Store) ending(ctx context.Context, id journal.CommandID) (waiting *journal.Command, o *outcome, err error) {
	var b pgx.Batch
	b.Queue(inboxBodiesSQL, [][16]byte{id}).Query(each(scanInbox, func(c journal.Command) { waiting = &c }))
	b.Queue(outcomesSQL, [][16]byte{id}).Query(each(scanOutcome, func(ended outcome) { o = &ended }))
	if err := s.pool.SendBatch(ctx, &b).Close(); err != nil {
		return nil, nil, err
	}
	return waiting, o, nil
}
