package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/ledger/journal"
)

var (
	//go:embed queries/reactor_stand.sql
	reactorStandSQL string
	//go:embed queries/reactor_due.sql
	reactorDueSQL string
)

// Checkpoints keep how far each reactor has come. It implements journal.Checkpoints.
type Checkpoints struct {
	pool  *pgxpool.Pool
	place string
}

var _ journal.Checkpoints = (*Checkpoints)(nil)

// NewCheckpoints returns the checkpoints in pool's database.
func NewCheckpoints(pool *pgxpool.Pool) *Checkpoints { return &Checkpoints{pool: pool} }

// At has it said of what this process runs that it runs at a place, such as "host/pid", and returns c.
func (c *Checkpoints) At(place string) *Checkpoints {
	c.place = place
	return c
}

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

// maxStandingWhy bounds what is kept of an error, in bytes.
const maxStandingWhy = 1_000

// Stand implements journal.Checkpoints. Who has come past the event meanwhile, or had it passed by, rests no longer.
func (c *Checkpoints) Stand(ctx context.Context, reactor string, s journal.Standing) error {
	why := s.Why.Error()
	why = strings.ReplaceAll(strings.ToValidUTF8(why[:min(len(why), maxStandingWhy)], "?"), "\x00", "?") // as a text column takes it
	if _, err := c.pool.Exec(ctx, reactorStandSQL, reactor, s.Position, why, s.Pause.Seconds()); err != nil {
		return fmt.Errorf("standing of %s: %w", reactor, err)
	}
	return s.Rest(ctx, func(ctx context.Context) (now bool, err error) {
		if err := c.pool.QueryRow(ctx, reactorDueSQL, reactor, s.Position).Scan(&now); err != nil {
			return false, fmt.Errorf("standing of %s: %w", reactor, err)
		}
		return now, nil
	})
}

const (
	// aloneInterval is how often Alone looks whether another process has gone, and whether its own
	// connection, on which the lock hangs, is still there.
	aloneInterval = time.Second
	// aloneTimeout is how long the server may take to answer that.
	aloneTimeout = 5 * time.Second
)

// Alone implements journal.Checkpoints by a lock of the server's, which goes with its connection. So it
// needs a connection of its own for as long as f runs.
func (c *Checkpoints) Alone(ctx context.Context, reactor string, f func(ctx context.Context) error) error {
	conn, err := c.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("lock of %s: %w", reactor, err)
	}
	// Whatever becomes of it, the lock goes with the connection.
	defer func() {
		raw := conn.Hijack()
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), aloneTimeout)
		defer cancel()
		_ = raw.Close(closing)
	}()
	if _, err := conn.Exec(ctx, `SELECT set_config('application_name', $1, false)`, "florin@"+c.place); err != nil {
		return fmt.Errorf("lock of %s: %w", reactor, err)
	}
	for {
		var alone bool
		err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(hashtextextended('florin reactor ' || $1, 0))`, reactor).Scan(&alone)
		if err != nil {
			return fmt.Errorf("lock of %s: %w", reactor, err)
		}
		if alone {
			break
		}
		select {
		case <-time.After(aloneInterval):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	guarded, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for guarded.Err() == nil {
			asking, stop := context.WithTimeout(guarded, aloneTimeout)
			if err := conn.Ping(asking); err != nil {
				cancel(fmt.Errorf("lock of %s: %w", reactor, err))
			}
			stop()
			select {
			case <-time.After(aloneInterval):
			case <-guarded.Done():
			}
		}
	}()
	err = f(guarded)
	cancel(nil)
	<-done
	if cause := context.Cause(guarded); ctx.Err() == nil && !errors.Is(cause, context.Canceled) {
		err = errors.Join(err, cause)
	}
	return err
}
