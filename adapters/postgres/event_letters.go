package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/florinledger/florin/ledger/journal"
)

//go:embed queries/event_letters.sql
var eventLettersSQL string

// Taker is what is done to a projection, or a reactor, that stands before an event. Errors: those of query that say that it
// does not, or may not, and the store's.
type Taker interface {
	// Skip has it pass the event by.
	Skip(ctx context.Context, name string, position int64, reason, actor string) error
	// Requeue has it try the event at once.
	Requeue(ctx context.Context, name string, position int64, reason, actor string) error
}

// eventLetters lists events that cannot be taken, newest first; with only, that one.
func (d *DeadLetters) eventLetters(ctx context.Context, f journal.LetterFilter, only string) ([]journal.Letter, error) {
	before, name := pgtype.Timestamptz{Time: f.BeforeAt, Valid: !f.BeforeAt.IsZero()}, ""
	if f.Before.OfEvent() { // else those of the same time were listed before it
		name = f.Before.String()
	}
	rows, err := d.pool.Query(ctx, eventLettersSQL, f.All, only, before, name, int16(d.shard), journal.MinLetterTries, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("events that cannot be taken: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (journal.Letter, error) { return scanEventLetter(row, d.shard) })
	if err != nil {
		return nil, fmt.Errorf("events that cannot be taken: %w", err)
	}
	return list, nil
}

// eventLetter returns one of them. Errors: journal.ErrNoLetter.
func (d *DeadLetters) eventLetter(ctx context.Context, id journal.LetterID) (journal.Letter, error) {
	list, err := d.eventLetters(ctx, journal.LetterFilter{All: true, Limit: 1}, id.String())
	switch {
	case err != nil:
		return journal.Letter{}, err
	case len(list) == 0:
		return journal.Letter{}, journal.ErrNoLetter
	}
	return list[0], nil
}

// resolveEvent does what was decided about an event that cannot be taken. It is noted by whoever stands before it.
func (d *DeadLetters) resolveEvent(ctx context.Context, id journal.LetterID, r journal.Resolution, by, why string) (journal.Letter, error) {
	l, err := d.eventLetter(ctx, id)
	if err != nil {
		return l, err
	}
	taker := d.takers[id.Taker.Kind]
	switch {
	case l.Resolution == r:
		return l, nil
	case l.Resolution == journal.Discarded:
		return l, journal.ErrLetterResolved
	case taker == nil:
		return l, fmt.Errorf("nobody looks after a %s", id.Taker.Kind)
	case r == journal.Requeued:
		err = taker.Requeue(ctx, id.Taker.Name, id.Position, why, by)
	default:
		err = taker.Skip(ctx, id.Taker.Name, id.Position, why, by)
	}
	if err != nil {
		return l, err
	}
	after, err := d.eventLetter(ctx, id)
	if r == journal.Requeued && (errors.Is(err, journal.ErrNoLetter) || err == nil && after.Open()) { // it has been tried meanwhile
		l.Resolution, l.ResolvedBy, l.Why = r, by, why
		return l, nil
	}
	return after, err
}

func scanEventLetter(row pgx.CollectableRow, shard journal.Shard) (l journal.Letter, err error) {
	e := journal.EventLetter{}
	var since, next, resolved *time.Time
	var by, why, resolution *string
	var position, epoch int64
	var recorded time.Time
	if err := row.Scan(&e.Taker.Kind, &e.Taker.Name, &since, &l.Reason, &e.Tries, &next, &resolved, &by, &why, &resolution,
		&position, &epoch, &recorded, &e.Type, &e.Bytes, &e.Data); err != nil {
		return l, err
	}
	e.Place, e.Next = journal.NewPlaceID(shard, epoch, position, recorded), orZero(next)
	l.Event, l.At, l.ResolvedAt = &e, orZero(since), orZero(resolved)
	if resolution != nil {
		l.Resolution = journal.Resolution(*resolution)
	}
	if by != nil && why != nil {
		l.ResolvedBy, l.Why = *by, *why
	}
	return l, nil
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
