package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/ledger/journal"
)

var (
	//go:embed queries/dead_get.sql
	deadGetSQL string
	//go:embed queries/dead_list.sql
	deadListSQL string
	//go:embed queries/dead_resolve.sql
	deadResolveSQL string
)

// DeadLetters are the commands that could not be decided, for operators.
type DeadLetters struct{ pool *pgxpool.Pool }

// NewDeadLetters returns the dead letters in pool's database.
func NewDeadLetters(pool *pgxpool.Pool) *DeadLetters { return &DeadLetters{pool} }

// Letters lists dead letters, newest first.
func (d *DeadLetters) Letters(ctx context.Context, shard journal.Shard, f journal.LetterFilter) ([]journal.Letter, error) {
	before := pgtype.Timestamptz{Time: f.BeforeAt, Valid: !f.BeforeAt.IsZero()}
	rows, err := d.pool.Query(ctx, deadListSQL, int16(shard), f.All, before, f.Before[:], f.Limit)
	if err != nil {
		return nil, fmt.Errorf("dead letters: %w", err)
	}
	letters, err := pgx.CollectRows(rows, scanLetter)
	if err != nil {
		return nil, fmt.Errorf("dead letters: %w", err)
	}
	return letters, nil
}

// Letter returns the dead letter of a command. Errors: journal.ErrNoLetter.
func (d *DeadLetters) Letter(ctx context.Context, id journal.CommandID) (journal.Letter, error) {
	l, err := letterOf(ctx, d.pool, deadGetSQL, id)
	return l, letterError(id, err)
}

// Resolve notes what somebody decided about a dead letter, and why. Requeued, its command waits in the inbox under
// another id with the same commit, so that it is asked for again, once. Who decides the same twice has decided it once.
//
// Errors: journal.ErrNoLetter, journal.ErrLetterResolved, journal.ErrLetterUnreadable.
func (d *DeadLetters) Resolve(ctx context.Context, id journal.CommandID, r journal.Resolution, by, why string) (l journal.Letter, err error) {
	err = pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		if l, err = letterOf(ctx, tx, deadGetSQL+" FOR UPDATE", id); err != nil {
			return err
		}
		done, err := l.Decide(r)
		if err != nil || done {
			return err
		}
		var as pgtype.UUID
		if r == journal.Requeued {
			again := l.Again()
			body, err := encodeCommand(&again)
			if err != nil {
				return err
			}
			var shard int16
			if err := tx.QueryRow(ctx, `SELECT shard FROM dead_letters WHERE command_id = $1`, id[:]).Scan(&shard); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, inboxPutSQL, again.ID[:], shard, body); err != nil {
				return err
			}
			as = pgtype.UUID{Bytes: again.ID, Valid: true}
		}
		l, err = letterOf(ctx, tx, deadResolveSQL, id, string(r), by, why, as)
		return err
	})
	return l, letterError(id, err)
}

// letterError is an error about a dead letter; refusals are what they are.
func letterError(id journal.CommandID, err error) error {
	switch {
	case err == nil || journal.AsRefusal(err) != nil:
		return err
	case errors.Is(err, pgx.ErrNoRows):
		return journal.ErrNoLetter
	}
	return fmt.Errorf("dead letter %s: %w", id, err)
}

// letterOf runs a statement that returns one dead letter. pgx.ErrNoRows when there is none.
func letterOf(ctx context.Context, db interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}, sql string, id journal.CommandID, args ...any,
) (journal.Letter, error) {
	rows, err := db.Query(ctx, sql, append([]any{id[:]}, args...)...)
	if err != nil {
		return journal.Letter{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanLetter)
}

func scanLetter(row pgx.CollectableRow) (l journal.Letter, err error) {
	var id, as pgtype.UUID
	var body []byte
	var resolvedAt *time.Time
	var resolution, by, why *string
	if err := row.Scan(&id, &l.At, &body, &l.Reason, &resolution, &resolvedAt, &by, &why, &as); err != nil {
		return l, err
	}
	l.Command, l.At = decodeCommand(id.Bytes, body), l.At.UTC()
	if resolution != nil {
		l.Resolution = journal.Resolution(*resolution)
	}
	if resolvedAt != nil {
		l.ResolvedAt = resolvedAt.UTC()
	}
	if by != nil {
		l.ResolvedBy = *by
	}
	if why != nil {
		l.Why = *why
	}
	if as.Valid {
		l.RequeuedAs = as.Bytes
	}
	return l, nil
}
