package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/florinledger/florin/ledger/journal"
)

// TakeOver implements journal.Store. The old writer's backend is ended by force, because nothing
// else reaches a writer that was stopped inside an open transaction: it holds the lock on the head,
// and no timeout of the server runs while it waits for its client.
//
// Errors: ErrFenced when somebody else took over at the same moment, ErrUnknown when the new epoch
// may not have reached the stand-bys; otherwise a fault.
func (s *Store) TakeOver(ctx context.Context, shard journal.Shard) (journal.Term, error) {
	ctx, cancel := context.WithTimeout(ctx, takeOverTimeout)
	defer cancel()
	t := &term{store: s}
	if err := t.connect(ctx, shard); err != nil {
		return nil, fmt.Errorf("take over shard %d: %w", shard, err)
	}
	if err := t.begin(ctx, shard); err != nil {
		return nil, errors.Join(fmt.Errorf("take over shard %d: %w", shard, err), t.Close())
	}
	return t, nil
}

// writerName is how a writer's backend is known in pg_stat_activity.
func writerName(shard journal.Shard) string { return "florin-writer-" + strconv.Itoa(int(shard)) }

// connect opens the term's own connection.
func (t *term) connect(ctx context.Context, shard journal.Shard) error {
	cfg := t.store.pool.Config().ConnConfig.Copy()
	cfg.RuntimeParams["application_name"] = writerName(shard)
	cfg.RuntimeParams["lock_timeout"] = strconv.FormatInt(lockTimeout.Milliseconds(), 10)
	cfg.RuntimeParams["statement_timeout"] = strconv.FormatInt(statementTimeout.Milliseconds(), 10)
	// The append's plans are kept: those made while the inbox was empty must not read all of it when
	// it is full.
	cfg.RuntimeParams["enable_seqscan"] = "off"
	cfg.RuntimeParams["jit"] = "off"
	cfg.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		if n.SeverityUnlocalized == "WARNING" {
			t.warning = (*pgconn.PgError)(n)
		}
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	t.conn = conn
	return nil
}

// begin ends the old term, starts the new one and prepares its statements.
func (t *term) begin(ctx context.Context, shard journal.Shard) error {
	if _, err := t.conn.Exec(ctx, durableSQL); err != nil {
		return err
	}
	predecessor, err := t.endPredecessor(ctx, shard)
	if err != nil {
		return err
	}
	t.warning = nil
	t.head, err = scanHead(t.conn.QueryRow(ctx, takeOverSQL, int16(shard), predecessor))
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("%w: it was taken over at the same moment", journal.ErrFenced)
	}
	if err != nil {
		return err
	}
	if t.warning != nil {
		return fmt.Errorf("%w: %w", journal.ErrUnknown, t.warning)
	}
	t.partitionedTo = t.head.Position + 1
	if err := t.reach(ctx, t.head.Position+1); err != nil {
		return err
	}
	return t.prepare(ctx)
}

// prepare prepares the statements of an append: a batch is then nothing but parameters.
func (t *term) prepare(ctx context.Context) error {
	for name, sql := range appendStatements() {
		if _, err := t.conn.PgConn().Prepare(ctx, name, sql, nil); err != nil {
			return fmt.Errorf("prepare %s: %w", name, err)
		}
	}
	return nil
}

// endPredecessor ends the backend of the writer before, waits until it is gone, and returns its pid.
func (t *term) endPredecessor(ctx context.Context, shard journal.Shard) (pid int32, err error) {
	var alive bool
	err = t.conn.QueryRow(ctx, predecessorSQL, int16(shard), writerName(shard)).Scan(&pid, &alive)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("there is no such shard")
	}
	if err != nil || !alive {
		return pid, err
	}
	var gone bool
	if err := t.conn.QueryRow(ctx, terminateSQL, pid, terminateTimeout.Milliseconds()).Scan(&gone); err != nil {
		return 0, fmt.Errorf("end backend %d of the old writer: %w", pid, err)
	}
	if !gone {
		return 0, fmt.Errorf("backend %d of the old writer is still there after %s", pid, terminateTimeout)
	}
	return pid, nil
}
