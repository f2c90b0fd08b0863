package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/florinledger/florin/ledger/journal"
)

// term is a term of office over one shard. Append and Close are called from one goroutine at a time;
// Load and Waiting read through the pool and may run beside an Append.
type term struct {
	store *Store
	conn  *pgx.Conn
	head  journal.Head // at the take-over
	// warning is the last one since it was cleared. A commit that warns has not reached the
	// stand-bys it should have reached.
	warning *pgconn.PgError
	// partitionedTo is the first position without a partition; none is made ahead of time before
	// partitionRetryAt.
	partitionedTo    int64
	partitionRetryAt int64
}

// Head implements journal.Term: the head at the take-over.
func (t *term) Head() journal.Head { return t.head }

// Close implements journal.Term.
func (t *term) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	return t.conn.Close(ctx)
}

// Load implements journal.Term in one round trip.
func (t *term) Load(ctx context.Context, want journal.Wanted) (journal.Found, error) {
	found := journal.Found{
		Outcomes: make(map[journal.CommandID]journal.Outcome), State: make(map[string]journal.StateRow, len(want.State)),
		Events: make(map[int64]journal.Event, len(want.Events)), Inbox: make(map[journal.CommandID]journal.Command, len(want.Inbox)),
	}
	shard := int16(t.head.Shard)
	var b pgx.Batch
	b.Queue(freshPlansSQL)
	if len(want.Outcomes) > 0 {
		b.Queue(outcomesSQL, rawIDs(want.Outcomes)).Query(each(scanOutcome, func(o outcome) {
			found.Outcomes[o.Command] = o.Outcome
		}))
	}
	if len(want.State) > 0 {
		b.Queue(stateSQL, shard, want.State).Query(each(scanState, func(r journal.StateRow) {
			found.State[r.Key] = r
		}))
	}
	if len(want.Events) > 0 {
		b.Queue(eventsAtSQL, shard, want.Events).Query(each(scanEvent, func(e journal.Event) {
			found.Events[e.Position] = e
		}))
	}
	if len(want.Inbox) > 0 {
		b.Queue(inboxBodiesSQL, rawIDs(want.Inbox)).Query(each(scanInbox, func(c journal.Command) {
			found.Inbox[c.ID] = c
		}))
	}
	if err := t.store.pool.SendBatch(ctx, &b).Close(); err != nil {
		return journal.Found{}, fmt.Errorf("load from shard %d: %w", shard, err)
	}
	return found, nil
}

// Waiting implements journal.Term.
func (t *term) Waiting(ctx context.Context, limit int) ([]journal.Command, error) {
	rows, err := t.store.pool.Query(ctx, inboxOldestSQL, int16(t.head.Shard), limit, int64(journal.MaxWaitingBytes))
	if err != nil {
		return nil, fmt.Errorf("inbox of shard %d: %w", t.head.Shard, err)
	}
	commands, err := pgx.CollectRows(rows, scanInbox)
	if err != nil {
		return nil, fmt.Errorf("inbox of shard %d: %w", t.head.Shard, err)
	}
	return commands, nil
}

// each makes a batch's reader of a row's scanner.
func each[T any](scan pgx.RowToFunc[T], keep func(T)) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		for rows.Next() {
			v, err := scan(rows)
			if err != nil {
				return err
			}
			keep(v)
		}
		return rows.Err()
	}
}

// rawIDs are ids in the form that pgx sends as uuid[].
func rawIDs(ids []journal.CommandID) [][16]byte {
	raw := make([][16]byte, len(ids))
	for i, id := range ids {
		raw[i] = id
	}
	return raw
}
