package readmodel

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/florinledger/florin/ledger/journal"
)

// entriesLoader copies rows into a table that has no index yet.
type entriesLoader struct {
	limit int
	rows  []entryRow
}

func (l *entriesLoader) add(events []journal.Event) error {
	for i := range events {
		l.rows = appendEntryRows(l.rows, &events[i])
	}
	return nil
}

func (l *entriesLoader) full() bool { return len(l.rows) >= l.limit }

func (l *entriesLoader) write(ctx context.Context, tx pgx.Tx, schema string) error {
	var values [4]any // pgx is through with them when it asks for the next
	var amount pgtype.Numeric
	_, err := tx.CopyFrom(ctx, pgx.Identifier{schema, "entry"}, []string{"position", "effective_at", "key", "amount"},
		pgx.CopyFromSlice(len(l.rows), func(i int) ([]any, error) {
			r := &l.rows[i]
			values = [4]any{r.position, r.at, pgtype.UUID{Bytes: r.key, Valid: true}, nil}
			if r.amount != nil {
				if err := amount.Scan(*r.amount); err != nil {
					return nil, err
				}
				values[3] = amount
			}
			return values[:], nil
		}))
	l.rows = l.rows[:0]
	return err
}
