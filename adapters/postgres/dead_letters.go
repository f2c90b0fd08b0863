package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"errors"
	"fmt"
	"slices"
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

// DeadLetters are, for operators, the commands that could not be decided, and the events that a projection or a reactor
// cannot take. Of commands there are rows; events are seen where those stand.
type DeadLetters struct {
	pool   *pgxpool.Pool
	shard  journal.Shard
	takers map[journal.TakerKind]Taker
}

// NewDeadLetters returns the dead letters of a shard in pool's database. What is decided about events is done by takers.
func NewDeadLetters(pool *pgxpool.Pool, shard journal.Shard, takers map[journal.TakerKind]Taker) *DeadLetters {
	return &DeadLetters{pool: pool, shard: shard, takers: takers}
}

// Letters lists dead letters, newest first.
func (d *DeadLetters) Letters(ctx context.Context, f journal.LetterFilter) ([]journal.Letter, error) {
	commands, err := d.commandLetters(ctx, f)
	if err != nil {
		return nil, err
	}
	events, err := d.eventLetters(ctx, f, "")
	if err != nil {
		return nil, err
	}
	list := slices.Concat(events, commands)
	slices.SortStableFunc(list, func(a, b journal.Letter) int { return b.At.Compare(a.At) })
	return list[:min(len(list), f.Limit)], nil
}

// commandLetters lists those of commands.
func (d *DeadLetters) commandLetters(ctx context.Context, f journal.LetterFilter) ([]journal.Letter, error) {
	before, id := pgtype.Timestamptz{Time: f.BeforeAt, Valid: !f.BeforeAt.IsZero()}, f.Before.Command
	if f.Before.OfEvent() { // those of the same time come after it
		for i := range id {
			id[i] = 0xff
		}
	}
	rows, err := d.pool.Query(ctx, deadListSQL, int16(d.shard), f.All, before, id[:], f.Limit)
	if err != nil {
		return nil, fmt.Errorf("dead letters: %w", err)
	}
	letters, err := pgx.CollectRows(rows, scanLetter)
	if err != nil {
		return nil, fmt.Errorf("dead letters: %w", err)
	}
	return letters, nil
}

// Letter returns a dead letter. Errors: journal.ErrNoLetter.
func (d *DeadLetters) Letter(ctx context.Context, id journal.LetterID) (journal.Letter, error) {
	if id.OfEvent() {
		return d.eventLetter(ctx, id)
	}
	l, err := letterOf(ctx, d.pool, deadGetSQL, id.Command)
	return l, letterError(id.Command, err)
}

// Resolve notes what somebody decided about a dead letter, and why. Requeued, its command waits in the inbox under
// another id with the same commit, so that it is asked for again, once; its event is tried at once. Discarded, its event is
// passed by. Who decides the same twice has decided it once.
//
// Errors: journal.ErrNoLetter, journal.ErrLetterResolved, journal.ErrLetterUnreadable; of events, those of [Taker].
func (d *DeadLetters) Resolve(ctx context.Context, id journal.LetterID, r journal.Resolution, by, why string) (journal.Letter, error) {
	if id.OfEvent() {
		return d.resolveEvent(ctx, id, r, by, why)
	}
	return d.resolveCommand(ctx, id.Command, r, by, why)
}

func (d *DeadLetters) resolveCommand(ctx context.Context, id journal.CommandID, r journal.Resolution, by, why string) (l journal.Letter, err error) {
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
