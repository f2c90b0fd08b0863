package readmodel

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/florinledger/florin/ledger/journal"
)

// eventRows holds the rows of a table that has some for each event, read in the order of positions, against the events.
type eventRows[R comparable] struct {
	at     standing
	stored pgx.Rows
	scan   func(pgx.Rows) (R, error)
	// wanted are the rows of an event, in the order of their names; name says which row of its event a row is, for
	// people too.
	wanted func(*journal.Event) ([]R, error)
	place  func(R) int64
	name   func(R) string

	next  R
	have  bool
	count int64
	took  time.Duration
}

// noTime stands for an effective time that is the recorded one.
const noTime = math.MinInt64

func micros(at *time.Time) int64 {
	if at == nil {
		return noTime
	}
	return at.UnixMicro()
}

// storedTime is a time as it was read.
func storedTime(at pgtype.Timestamptz) int64 {
	if !at.Valid {
		return noTime
	}
	return at.Time.UnixMicro()
}

// entryCell is a row of entries that can be compared.
type entryCell struct {
	position, at int64
	key          [16]byte
	amount       string
}

// newEntryRows returns the part that compares the projection of entries.
func newEntryRows(ctx context.Context, tx pgx.Tx, at standing) (part, error) {
	stored, err := tx.Query(ctx, statement("check_entries", at.schema)) //nolint:rowserrcheck // upTo looks at their error
	if err != nil {
		return nil, err
	}
	return &eventRows[entryCell]{
		at: at, stored: stored,
		scan: func(row pgx.Rows) (c entryCell, err error) {
			var when pgtype.Timestamptz
			var amount pgtype.Text
			err = row.Scan(&c.position, &c.key, &when, &amount)
			c.at, c.amount = storedTime(when), amount.String
			return c, err
		},
		wanted: func(e *journal.Event) (cells []entryCell, _ error) {
			for _, r := range appendEntryRows(nil, e) {
				c := entryCell{position: r.position, at: micros(r.at), key: r.key}
				if r.amount != nil {
					c.amount = *r.amount
				}
				cells = append(cells, c)
			}
			slices.SortFunc(cells, func(a, b entryCell) int { return strings.Compare(string(a.key[:]), string(b.key[:])) })
			return cells, nil
		},
		place: func(c entryCell) int64 { return c.position },
		name:  func(c entryCell) string { return fmt.Sprintf("entry of account %x", c.key) },
	}, nil
}

// transactionCell is a row of transactions that can be compared.
type transactionCell struct {
	position, at  int64
	ledger, terms string
}

// newTransactionRows returns the part that compares the projection of transactions, but for its table of reversals.
func newTransactionRows(ctx context.Context, tx pgx.Tx, registry *journal.Registry, at standing) (part, error) {
	stored, err := tx.Query(ctx, statement("check_transactions", at.schema)) //nolint:rowserrcheck // upTo looks at their error
	if err != nil {
		return nil, err
	}
	return &eventRows[transactionCell]{
		at: at, stored: stored,
		scan: func(row pgx.Rows) (c transactionCell, err error) {
			var when pgtype.Timestamptz
			err = row.Scan(&c.position, &c.ledger, &when, &c.terms)
			c.at = storedTime(when)
			return c, err
		},
		wanted: func(e *journal.Event) ([]transactionCell, error) {
			if len(e.Postings) == 0 {
				return nil, nil
			}
			own := *e // the other parts have the same one
			d, err := describe(registry, &own)
			if err != nil {
				return nil, err
			}
			return []transactionCell{{e.Position, micros(dated(e)), e.Ledger, arrayText(termsOf(e, d.Reference, d.Metadata))}}, nil
		},
		place: func(c transactionCell) int64 { return c.position },
		name:  func(c transactionCell) string { return "transaction of ledger " + c.ledger },
	}, nil
}

// take implements part.
func (r *eventRows[R]) take(_ context.Context, events []journal.Event, report *journal.Report) error {
	begun := time.Now()
	defer func() { r.took += time.Since(begun) }()
	for i := range events {
		e := &events[i]
		if e.Position > r.at.position {
			return nil
		}
		want, err := r.wanted(e)
		if err != nil {
			return err
		}
		have, err := r.upTo(e.Position, report)
		if err != nil {
			return err
		}
		if !slices.Equal(want, have) {
			r.differ(e.Position, want, have, report)
		}
	}
	return nil
}

// upTo returns the stored rows of an event. What is stored before it is of none.
func (r *eventRows[R]) upTo(position int64, report *journal.Report) (have []R, err error) {
	for {
		if !r.have {
			if !r.stored.Next() {
				return have, r.stored.Err()
			}
			if r.next, err = r.scan(r.stored); err != nil {
				return nil, err
			}
			r.have = true
			r.count++
		}
		switch at := r.place(r.next); {
		case at > position:
			return have, nil
		case at < position:
			r.found(at, "%s follows from no event", r.next, report)
		default:
			have = append(have, r.next)
		}
		r.have = false
	}
}

// differ says which rows of an event are not as they must be.
func (r *eventRows[R]) differ(position int64, want, have []R, report *journal.Report) {
	for _, w := range want {
		i := slices.IndexFunc(have, func(h R) bool { return r.name(h) == r.name(w) })
		switch {
		case i < 0:
			r.found(position, "%s is missing", w, report)
		case have[i] != w:
			r.found(position, "%s differs", w, report)
		}
	}
	for _, h := range have {
		if !slices.ContainsFunc(want, func(w R) bool { return r.name(w) == r.name(h) }) {
			r.found(position, "%s follows from no event", h, report)
		}
	}
}

func (r *eventRows[R]) found(position int64, format string, row R, report *journal.Report) {
	report.Add(journal.Finding{Check: CheckName(r.at.name), Position: position, Detail: fmt.Sprintf(format, r.name(row))})
}

// finish implements part.
func (r *eventRows[R]) finish(_ context.Context, report *journal.Report) error {
	defer r.stored.Close()
	begun := time.Now()
	if _, err := r.upTo(math.MaxInt64, report); err != nil {
		return err
	}
	report.Checked(CheckName(r.at.name), r.count, r.took+time.Since(begun))
	return nil
}
