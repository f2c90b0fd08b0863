package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/recon"
)

const (
	// reconPrefix begins the id of a run.
	reconPrefix = "rec"
	// reconAttempts is how often a run is begun that is never ended: it may be what ends the process.
	reconAttempts = 3
	// reconColumns are those of a run, as scanRun takes them.
	reconColumns = `id, source, period_from, period_until, actor, nightly, status, fault, created_at, started_at, ended_at, result`
)

// Reconciliations keeps runs of reconciling, and their breaks.
type Reconciliations struct{ pool *pgxpool.Pool }

var _ recon.Runs = (*Reconciliations)(nil)

// NewReconciliations returns the runs in the database of pool.
func NewReconciliations(pool *pgxpool.Pool) *Reconciliations { return &Reconciliations{pool} }

// reconResult is what is kept of a run that is done.
type reconResult struct {
	Position                        int64
	Lines, Entries, Matched, Breaks int
	Reasons                         map[recon.Reason]int
	Assets                          []recon.Figures
}

func scanRun(row pgx.CollectableRow) (r recon.Run, err error) {
	var id pgtype.UUID
	var started, ended *time.Time
	var result []byte
	if err := row.Scan(&id, &r.Source, &r.From, &r.Until, &r.Actor, &r.Nightly, &r.Status, &r.Fault, &r.CreatedAt, &started, &ended, &result); err != nil {
		return r, err
	}
	r.ID = journal.FormatID(reconPrefix, id.Bytes)
	r.From, r.Until, r.CreatedAt = r.From.UTC(), r.Until.UTC(), r.CreatedAt.UTC()
	if started != nil {
		r.StartedAt = started.UTC()
	}
	if ended != nil {
		r.EndedAt = ended.UTC()
	}
	if result == nil {
		return r, nil
	}
	var came reconResult
	if err := json.Unmarshal(result, &came); err != nil {
		return r, fmt.Errorf("reconciliation %s: %w", r.ID, err)
	}
	r.Position, r.Lines, r.Entries, r.Matched, r.Breaks = came.Position, came.Lines, came.Entries, came.Matched, came.Breaks
	r.Reasons, r.Assets = came.Reasons, came.Assets
	return r, nil
}

// one reads the run that a statement returns; ok is false where it returns none.
func (c *Reconciliations) one(ctx context.Context, q interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}, sql string, args ...any,
) (r recon.Run, ok bool, err error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return r, false, err
	}
	r, err = pgx.CollectExactlyOneRow(rows, scanRun)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, err
}

// Ask implements recon.Runs.
func (c *Reconciliations) Ask(ctx context.Context, r recon.Run, request [16]byte) (asked recon.Run, again bool, err error) {
	id, err := uuid.NewV7()
	if err != nil {
		return r, false, fmt.Errorf("ask for a reconciliation: %w", err)
	}
	of := pgtype.UUID{Bytes: request, Valid: request != [16]byte{}}
	asked, ok, err := c.one(ctx, c.pool, `INSERT INTO reconciliations (id, request, source, period_from, period_until, actor, nightly, status)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued') ON CONFLICT (request) DO NOTHING RETURNING `+reconColumns,
		id[:], of, r.Source, r.From, r.Until, r.Actor, r.Nightly)
	if err == nil && !ok {
		again = true
		asked, _, err = c.one(ctx, c.pool, `SELECT `+reconColumns+` FROM reconciliations WHERE request = $1`, of)
	}
	switch {
	case err != nil:
		return r, false, fmt.Errorf("ask for a reconciliation: %w", err)
	case asked.Source != r.Source || !asked.From.Equal(r.From.Truncate(time.Microsecond)) || !asked.Until.Equal(r.Until.Truncate(time.Microsecond)):
		return asked, again, recon.ErrReused
	}
	return asked, again, nil
}

// Next implements recon.Runs. It is for one process at a time: a run that is under way is of one that has ended.
func (c *Reconciliations) Next(ctx context.Context) (r recon.Run, ok bool, err error) {
	if _, err := c.pool.Exec(ctx, `UPDATE reconciliations SET status = 'failed', ended_at = clock_timestamp(), fault = 'It was begun several times, and never ended.'
		WHERE status = 'running' AND attempts >= $1`, reconAttempts); err != nil {
		return r, false, fmt.Errorf("next reconciliation: %w", err)
	}
	r, ok, err = c.one(ctx, c.pool, `UPDATE reconciliations SET status = 'running', attempts = attempts + 1, started_at = clock_timestamp()
		WHERE id = (SELECT id FROM reconciliations WHERE status IN ('queued', 'running') ORDER BY id LIMIT 1) RETURNING `+reconColumns)
	if err != nil {
		return r, false, fmt.Errorf("next reconciliation: %w", err)
	}
	return r, ok, nil
}

// End implements recon.Runs.
func (c *Reconciliations) End(ctx context.Context, r recon.Run, breaks []recon.Break) error {
	return pgx.BeginFunc(ctx, c.pool, func(tx pgx.Tx) error { return c.end(ctx, tx, r, breaks) })
}

// end writes what came of a run. One that was begun again has the breaks of its last end alone.
func (c *Reconciliations) end(ctx context.Context, tx pgx.Tx, r recon.Run, breaks []recon.Break) error {
	id, err := journal.ParseID(reconPrefix, r.ID)
	if err != nil {
		return err
	}
	var result []byte
	if r.Status == recon.Done {
		if result, err = json.Marshal(reconResult{r.Position, r.Lines, r.Entries, r.Matched, r.Breaks, r.Reasons, r.Assets}); err != nil {
			return fmt.Errorf("reconciliation %s: %w", r.ID, err)
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM reconciliation_breaks WHERE run = $1`, id[:]); err != nil {
		return fmt.Errorf("reconciliation %s: %w", r.ID, err)
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"reconciliation_breaks"}, []string{"run", "number", "reason", "data"},
		pgx.CopyFromSlice(len(breaks), func(i int) ([]any, error) {
			data, err := json.Marshal(breaks[i])
			return []any{pgtype.UUID{Bytes: id, Valid: true}, i + 1, string(breaks[i].Reason), data}, err
		})); err != nil {
		return fmt.Errorf("reconciliation %s: %w", r.ID, err)
	}
	if _, err := tx.Exec(ctx, `UPDATE reconciliations SET status = $2, fault = $3, started_at = $4, ended_at = $5, result = $6, open = $7 WHERE id = $1`,
		id[:], r.Status, r.Fault, r.StartedAt, r.EndedAt, result, r.Open()); err != nil {
		return fmt.Errorf("reconciliation %s: %w", r.ID, err)
	}
	return nil
}

// Record keeps a run that nobody had to be asked for, with its breaks, and returns it with its id.
func (c *Reconciliations) Record(ctx context.Context, r recon.Run, breaks []recon.Break) (recon.Run, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return r, fmt.Errorf("keep a reconciliation: %w", err)
	}
	r.ID = journal.FormatID(reconPrefix, id)
	return r, pgx.BeginFunc(ctx, c.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO reconciliations (id, source, period_from, period_until, actor, nightly, status) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			id[:], r.Source, r.From, r.Until, r.Actor, r.Nightly, r.Status); err != nil {
			return fmt.Errorf("keep a reconciliation: %w", err)
		}
		return c.end(ctx, tx, r, breaks)
	})
}

// Nights implements recon.Runs.
func (c *Reconciliations) Nights(ctx context.Context, source string, from time.Time) (days []time.Time, failed time.Time, err error) {
	//nolint:rowserrcheck // pgx.ForEachRow closes the rows and returns their error
	rows, err := c.pool.Query(ctx, `SELECT period_from, bool_or(status <> 'failed'), max(ended_at) FILTER (WHERE status = 'failed')
		FROM reconciliations WHERE nightly AND source = $1 AND period_from >= $2 GROUP BY period_from ORDER BY period_from`, source, from)
	if err != nil {
		return nil, failed, fmt.Errorf("nights of %s: %w", source, err)
	}
	var day time.Time
	var good bool
	var fault *time.Time
	_, err = pgx.ForEachRow(rows, []any{&day, &good, &fault}, func() error {
		if good {
			days = append(days, day.UTC())
		}
		if fault != nil && fault.After(failed) {
			failed = fault.UTC()
		}
		return nil
	})
	if err != nil {
		return nil, failed, fmt.Errorf("nights of %s: %w", source, err)
	}
	return days, failed, nil
}

// Run returns a run. Errors: recon.ErrNoRun.
func (c *Reconciliations) Run(ctx context.Context, id string) (recon.Run, error) {
	key, err := journal.ParseID(reconPrefix, id)
	if err != nil {
		return recon.Run{}, recon.ErrNoRun
	}
	r, ok, err := c.one(ctx, c.pool, `SELECT `+reconColumns+` FROM reconciliations WHERE id = $1`, key[:])
	switch {
	case err != nil:
		return r, fmt.Errorf("reconciliation %s: %w", id, err)
	case !ok:
		return r, recon.ErrNoRun
	}
	return r, nil
}

// List returns runs, the newest first: those that came before one, if its id is not empty.
func (c *Reconciliations) List(ctx context.Context, before string, limit int) ([]recon.Run, error) {
	last := pgtype.UUID{}
	if before != "" {
		key, err := journal.ParseID(reconPrefix, before)
		if err != nil {
			return nil, recon.ErrNoRun
		}
		last = pgtype.UUID{Bytes: key, Valid: true}
	}
	rows, err := c.pool.Query(ctx, `SELECT `+reconColumns+` FROM reconciliations WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2`, last, limit)
	if err != nil {
		return nil, fmt.Errorf("reconciliations: %w", err)
	}
	runs, err := pgx.CollectRows(rows, scanRun)
	if err != nil {
		return nil, fmt.Errorf("reconciliations: %w", err)
	}
	return runs, nil
}

// Breaks returns breaks of a run in the order of time: those after as many.
func (c *Reconciliations) Breaks(ctx context.Context, id string, after, limit int) ([]recon.Break, error) {
	key, err := journal.ParseID(reconPrefix, id)
	if err != nil {
		return nil, recon.ErrNoRun
	}
	rows, err := c.pool.Query(ctx, `SELECT data FROM reconciliation_breaks WHERE run = $1 AND number > $2 ORDER BY number LIMIT $3`, key[:], after, limit)
	if err != nil {
		return nil, fmt.Errorf("breaks of %s: %w", id, err)
	}
	breaks, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (b recon.Break, err error) {
		var data []byte
		if err := row.Scan(&data); err != nil {
			return b, err
		}
		err = json.Unmarshal(data, &b)
		return b, err
	})
	if err != nil {
		return nil, fmt.Errorf("breaks of %s: %w", id, err)
	}
	return breaks, nil
}
