package readmodel

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// transactionsApplier adds one row per transaction and notes reversals.
func transactionsApplier(registry *journal.Registry) func(*pgx.Batch, string, []journal.Event) error {
	return func(b *pgx.Batch, schema string, events []journal.Event) error {
		var (
			ledgers   []string
			positions []int64
			times     []*time.Time
			terms     []string
		)
		for i := range events {
			e := &events[i]
			if len(e.Postings) == 0 {
				continue
			}
			d, err := describe(registry, e)
			if err != nil {
				return err
			}
			ledgers = append(ledgers, e.Ledger)
			positions = append(positions, e.Position)
			times = append(times, dated(e))
			terms = append(terms, arrayText(termsOf(e, d.Reference, d.Metadata)))
			if err := noteReversal(b, schema, registry, e); err != nil {
				return err
			}
		}
		if len(positions) > 0 {
			b.Queue(statement("transactions_add", schema), pgx.NamedArgs{
				"ledgers": ledgers, "positions": positions, "times": times, "terms": terms,
			})
		}
		return nil
	}
}

// describe returns what an event says of itself by the names that events of every core use.
func describe(registry *journal.Registry, e *journal.Event) (d described, err error) {
	if e.Type != ledger.TypeTransactionPosted {
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return d, fmt.Errorf("event %d: %w", e.Position, err)
		}
		return d, nil
	}
	// Nearly all are of this type, and its core reads it faster.
	if err := registry.Decode(e); err != nil {
		return d, err
	}
	body, ok := e.Body.(ledger.TransactionPosted)
	if !ok {
		return d, fmt.Errorf("event %d: %s is a %T", e.Position, e.Type, e.Body)
	}
	return described{Reference: body.Reference, Metadata: body.Metadata}, nil
}

// arrayText writes numbers as Postgres writes an array: there is no array of arrays of different lengths.
func arrayText(numbers []int32) string {
	buf := make([]byte, 0, 12*len(numbers)+2)
	buf = append(buf, '{')
	for i, n := range numbers {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = strconv.AppendInt(buf, int64(n), 10)
	}
	return string(append(buf, '}'))
}

// noteReversal notes which transaction was reversed by e, if e reverses one.
func noteReversal(b *pgx.Batch, schema string, registry *journal.Registry, e *journal.Event) error {
	reversal, ok, err := reversalOf(registry, e)
	if err == nil && ok {
		b.Queue(statement("transactions_add_reversal", schema), pgx.NamedArgs{"position": reversal.position, "by_id": reversal.by})
	}
	return err
}

// reversalOf returns which transaction was reversed by e; ok is false when e reverses none.
func reversalOf(registry *journal.Registry, e *journal.Event) (r reversalRow, ok bool, err error) {
	if e.Type != ledger.TypeTransactionReversed {
		return r, false, nil
	}
	if err := registry.Decode(e); err != nil {
		return r, false, err
	}
	body, ok := e.Body.(ledger.TransactionReversed)
	if !ok {
		return r, false, fmt.Errorf("event %d: %s is a %T", e.Position, e.Type, e.Body)
	}
	id, err := journal.ParsePlaceID("txn", body.Reverses)
	if err != nil {
		return r, false, fmt.Errorf("event %d: %w", e.Position, err)
	}
	return reversalRow{id.Position(), e.TransactionID()}, true, nil
}
