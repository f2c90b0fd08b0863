package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/ledger/journal"
)

// Checkpoints keep how far each reactor has come. It implements journal.Checkpoints.
type Checkpoints struct{ pool *pgxpool.Pool }

var _ journal.Checkpoints = (*Checkpoints)(nil)

// NewCheckpoints returns the checkpoints in pool's database.
func NewCheckpoints(pool *pgxpool.Pool) *Checkpoints { return &Checkpoints{pool} }

// Checkpoint implements journal.Checkpoints.
func (c *Checkpoints) Checkpoint(ctx context.Context, reactor string) (position int64, ok bool, err error) {
	err = c.pool.QueryRow(ctx, `SELECT position FROM reactor_checkpoint WHERE reactor = $1`, reactor).Scan(&position)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("checkpoint of %s: %w", reactor, err)
	}
	return position, true, nil
}

// Advance implements journal.Checkpoints. From 0, it begins the reactor if it has no checkpoint.
func (c *Checkpoints) Advance(ctx context.Context, reactor string, from, to int64) error {
	statement := `UPDATE reactor_checkpoint SET position = $3 WHERE reactor = $1 AND position = $2`
	if from == 0 {
		statement = `INSERT INTO reactor_checkpoint AS c (reactor, position) VALUES ($1, $3)
			ON CONFLICT (reactor) DO UPDATE SET position = excluded.position WHERE c.position = $2`
	}
	tag, err := c.pool.Exec(ctx, statement, reactor, from, to)
	switch {
	case err != nil:
		return fmt.Errorf("checkpoint of %s: %w", reactor, err)
	case tag.RowsAffected() == 0:
		return fmt.Errorf("%w: %s is not at %d", journal.ErrOutrun, reactor, from)
	}
	return nil
}
