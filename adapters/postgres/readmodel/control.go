package readmodel

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/query"
)

// change does something to a projection in a transaction, one at a time.
func (c *Control) change(ctx context.Context, name string, f func(tx pgx.Tx, k kind) error) error {
	k, err := kindOf(name)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, c.pool, func(tx pgx.Tx) error {
		if err := lockName(ctx, tx, name); err != nil {
			return err
		}
		return f(tx, k)
	})
}

// Rebuild asks for a projection to be built anew beside the tables that are read, and to be swapped or, with
// compare, only held against them. Asking again for what is under way changes nothing.
//
// Errors: query.ErrNoProjection; query.ErrRebuilding when the other of the two is under way; query.ErrNotBuilt when
// there is nothing to compare with.
func (c *Control) Rebuild(ctx context.Context, name string, compare bool, actor string) error {
	return c.change(ctx, name, func(tx pgx.Tx, k kind) error {
		if compare {
			var live bool
			if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM projection_live WHERE name = $1 AND version = $2)`, k.name, k.version).Scan(&live); err != nil {
				return err
			}
			if !live {
				return fmt.Errorf("%w: %s", query.ErrNotBuilt, name)
			}
		}
		return ask(ctx, tx, k, compare, actor)
	})
}

// ask notes what is to be built.
func ask(ctx context.Context, tx pgx.Tx, k kind, compare bool, actor string) error {
	if _, err := tx.Exec(ctx, `INSERT INTO projection_rebuild (name, version, compare, actor) VALUES ($1, $2, $3, $4)
		ON CONFLICT (name, version) WHERE finished_at IS NULL DO NOTHING`, k.name, k.version, compare, actor); err != nil {
		return err
	}
	var underWay bool
	err := tx.QueryRow(ctx, `SELECT compare FROM projection_rebuild WHERE name = $1 AND version = $2 AND finished_at IS NULL`,
		k.name, k.version).Scan(&underWay)
	if err == nil && underWay != compare {
		err = fmt.Errorf("%w: %s", query.ErrRebuilding, k.name)
	}
	return err
}

// Pause holds a projection, and what is built of it: once it returns, nothing more is added to either, by any
// instance. Who pauses what is paused gives it a new reason.
func (c *Control) Pause(ctx context.Context, name, reason, actor string) error {
	return c.change(ctx, name, func(tx pgx.Tx, _ kind) error {
		if _, err := tx.Exec(ctx, `INSERT INTO projection_pause (name, reason, actor) VALUES ($1, $2, $3)
			ON CONFLICT (name) DO UPDATE SET reason = excluded.reason, actor = excluded.actor`, name, reason, actor); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE projection_generation SET paused = true WHERE name = $1 AND retired_at IS NULL`, name)
		return err
	})
}

// Resume lets a projection move on.
func (c *Control) Resume(ctx context.Context, name string) error {
	return c.change(ctx, name, func(tx pgx.Tx, _ kind) error {
		if _, err := tx.Exec(ctx, `DELETE FROM projection_pause WHERE name = $1`, name); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE projection_generation SET paused = false WHERE name = $1 AND retired_at IS NULL`, name)
		return err
	})
}

// Skip has a projection pass the event by that it stands before: now, and in whatever is built of it later.
//
// Errors: query.ErrNoProjection, query.ErrMoneyProjection, query.ErrNotStuck.
func (c *Control) Skip(ctx context.Context, name string, position int64, reason, actor string) error {
	return c.change(ctx, name, func(tx pgx.Tx, k kind) error {
		if k.money {
			return fmt.Errorf("%w: %s", query.ErrMoneyProjection, name)
		}
		// The rows are locked: no projector takes the event meanwhile.
		tag, err := tx.Exec(ctx, `SELECT FROM projection_generation
			WHERE name = $1 AND retired_at IS NULL AND position = $2::bigint - 1 AND stuck_at = $2 FOR UPDATE`, name, position)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fmt.Errorf("%w: %s, %d", query.ErrNotStuck, name, position)
		}
		if _, err := tx.Exec(ctx, sqlOf("projection_skip"), pgx.NamedArgs{"name": name, "position": position, "reason": reason, "actor": actor}); err != nil {
			return err
		}
		// Who has an older count is outrun, and looks again.
		_, err = tx.Exec(ctx, `UPDATE projection_generation
			SET skips = skips + 1, position = CASE WHEN position = $2::bigint - 1 THEN $2 ELSE position END
			WHERE name = $1 AND retired_at IS NULL`, name, position)
		return err
	})
}

// Requeue has a projection, and what is built of it, try the event at once that it stands before.
//
// Errors: query.ErrNoProjection, query.ErrNotStuck.
func (c *Control) Requeue(ctx context.Context, name string, position int64, reason, actor string) error {
	return c.change(ctx, name, func(tx pgx.Tx, _ kind) error {
		tag, err := tx.Exec(ctx, `UPDATE projection_generation
			SET retry_at = clock_timestamp(), requeued_at = clock_timestamp(), requeued_by = $4, requeue_reason = $3
			WHERE name = $1 AND retired_at IS NULL AND position = $2::bigint - 1 AND stuck_at = $2`, name, position, reason, actor)
		if err == nil && tag.RowsAffected() == 0 {
			err = fmt.Errorf("%w: %s, %d", query.ErrNotStuck, name, position)
		}
		return err
	})
}
