package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/florinledger/florin/ledger/journal"
)

// Append implements journal.Term: one send, one answer. The statements of a batch make one implicit
// transaction, which the server commits when it has come to the end of what was sent, or rolls back
// at the first error; nothing in it waits for this side.
//
// After ErrUnknown the connection is closed: only a new term may go on.
func (t *term) Append(ctx context.Context, b *journal.Batch) error {
	if err := checkBatch(b); err != nil {
		return err
	}
	if err := t.reach(ctx, b.After.Position); err != nil {
		return fmt.Errorf("append: %w", err)
	}
	send, err := encodeBatch(b)
	if err != nil {
		return err
	}
	t.warning = nil
	err = verdict(t.conn.PgConn().ExecBatch(ctx, send).Close(), t.warning)
	if err != nil && isUnknown(err) {
		// What is left of the connection is of no use; that closing it fails tells nothing more.
		_ = t.Close()
	}
	return err
}

// checkBatch holds the batch against the journal's rules a last time before it is written.
func checkBatch(b *journal.Batch) error {
	next, chain := b.Before.Position+1, b.Before.Chain
	for i, e := range b.Events {
		if err := journal.Balanced(e.Position, e.Postings); err != nil {
			return fmt.Errorf("%w: %w", journal.ErrBadData, err)
		}
		if e.Shard != b.Before.Shard || e.Epoch != b.Before.Epoch || e.Position != next {
			return fmt.Errorf("append: event %d of shard %d and epoch %d where %d of %d and %d belongs",
				e.Position, e.Shard, e.Epoch, next, b.Before.Shard, b.Before.Epoch)
		}
		if i == 0 && e.Prev != chain {
			return fmt.Errorf("append: event %d is not chained to what is before it", e.Position)
		}
		next++
	}
	if n := len(b.Events); n > 0 {
		chain = b.Events[n-1].Chain()
	}
	if b.After.Position != next-1 || b.After.Chain != chain {
		return fmt.Errorf("append: the head after the batch is not where its events end (%d, not %d)", next-1, b.After.Position)
	}
	return nil
}

// The names of a term's prepared statements.
const (
	stmtAdvance  = "advance"
	stmtEvents   = "events"
	stmtOutcomes = "outcomes"
	stmtState    = "state"
	stmtDead     = "dead"
	stmtSettle   = "settle"
)

// appendStatements are a term's prepared statements by name.
func appendStatements() map[string]string {
	return map[string]string{
		stmtAdvance: appendAdvanceSQL, stmtEvents: appendEventsSQL, stmtOutcomes: appendOutcomesSQL,
		stmtState: appendStateSQL, stmtDead: appendDeadSQL, stmtSettle: appendSettleSQL,
	}
}

// encodeBatch makes the send. The fence comes first: a writer whose term is over finds out before it
// has written a row.
func encodeBatch(b *journal.Batch) (*pgconn.Batch, error) {
	send := new(pgconn.Batch)
	binary := []int16{1} // of all parameters
	exec := func(statement string, params [][]byte) {
		send.ExecPrepared(statement, params, binary, nil)
	}
	exec(stmtAdvance, advanceParams(b))
	if len(b.Events) > 0 {
		exec(stmtEvents, eventParams(b))
	}
	if len(b.Outcomes) > 0 {
		params, err := outcomeParams(b)
		if err != nil {
			return nil, err
		}
		exec(stmtOutcomes, params)
	}
	if len(b.State) > 0 {
		exec(stmtState, stateParams(b))
	}
	if len(b.Dead) > 0 {
		params, err := deadParams(b)
		if err != nil {
			return nil, err
		}
		exec(stmtDead, params)
	}
	if len(b.Inbox) > 0 {
		exec(stmtSettle, settleParams(b))
	}
	return send, nil
}
