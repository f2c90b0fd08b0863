package readmodel

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
)

// transactionsLoader copies rows into a table that has no index yet.
type transactionsLoader struct {
	registry  *journal.Registry
	limit     int
	rows      []txRow
	reversals []reversalRow
}

// txRow is a transaction's row, reversalRow that of one that was reversed.
type txRow struct {
	position int64
	at       *time.Time
	ledger   string
	terms    []int32
}

type reversalRow struct {
	position int64
	by       string
}

func (l *transactionsLoader) add(events []journal.Event) error {
	for i := range events {
		e := &events[i]
		if len(e.Postings) == 0 {
			continue
		}
		d, err := describe(l.registry, e)
		if err != nil {
			return err
		}
		l.rows = append(l.rows, txRow{e.Position, dated(e), e.Ledger, termsOf(e, d.Reference, d.Metadata)})
		reversal, ok, err := reversalOf(l.registry, e)
		if err != nil {
			return err
		}
		if ok {
			l.reversals = append(l.reversals, reversal)
		}
	}
	return nil
}

func (l *transactionsLoader) full() bool { return len(l.rows) >= l.limit }

func (l *transactionsLoader) write(ctx context.Context, tx pgx.Tx, schema string) error {
	var values [4]any // pgx is through with them when it asks for the next
	_, err := tx.CopyFrom(ctx, pgx.Identifier{schema, "tx"}, []string{"position", "effective_at", "ledger", "terms"},
		pgx.CopyFromSlice(len(l.rows), func(i int) ([]any, error) {
			r := &l.rows[i]
			values = [4]any{r.position, r.at, r.ledger, r.terms}
			return values[:], nil
		}))
	if err == nil {
		_, err = tx.CopyFrom(ctx, pgx.Identifier{schema, "reversal"}, []string{"position", "by_id"},
			pgx.CopyFromSlice(len(l.reversals), func(i int) ([]any, error) {
				return []any{l.reversals[i].position, l.reversals[i].by}, nil
			}))
	}
	l.rows, l.reversals = l.rows[:0], l.reversals[:0]
	return err
}
