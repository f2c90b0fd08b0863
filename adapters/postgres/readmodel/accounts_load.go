package readmodel

import (
	"context"
	"math/big"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/florinledger/florin/ledger/journal"
)

// accountsLoader adds balances up in memory, as many as it may keep, and copies what they come to beside the tables:
// accounts_loaded adds those parts up. Adding each to its row would look it up by its index, over and over where there
// are more balances than it may keep.
type accountsLoader struct {
	registry *journal.Registry
	limits   loadLimits
	changes  *accountChanges
}

func newAccountsLoader(registry *journal.Registry, n loadLimits) *accountsLoader {
	return &accountsLoader{registry: registry, limits: n, changes: newAccountChanges()}
}

func (l *accountsLoader) add(events []journal.Event) error {
	for i := range events {
		if err := l.changes.add(l.registry, &events[i]); err != nil {
			return err
		}
	}
	return nil
}

func (l *accountsLoader) full() bool {
	return len(l.changes.sums.sums) >= l.limits.balances || len(l.changes.facts) >= l.limits.facts
}

func (l *accountsLoader) write(ctx context.Context, tx pgx.Tx, schema string) error {
	changes := l.changes
	l.changes = newAccountChanges()
	if err := changes.sums.copyParts(ctx, tx, schema); err != nil {
		return err
	}
	b := &pgx.Batch{}
	for i := range changes.facts {
		if err := queueFact(b, schema, &changes.facts[i]); err != nil {
			return err
		}
	}
	if b.Len() == 0 {
		return nil
	}
	return tx.SendBatch(ctx, b).Close()
}

// copyParts copies the sums to a table of their own, one row for each.
func (s *balanceSums) copyParts(ctx context.Context, tx pgx.Tx, schema string) error {
	if len(s.sums) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, statement("accounts_add_parts", schema)); err != nil {
		return err
	}
	keys := make([]balanceKey, 0, len(s.sums))
	for key := range s.sums {
		keys = append(keys, key)
	}
	var values [8]any // pgx is through with them when it asks for the next
	_, err := tx.CopyFrom(ctx, pgx.Identifier{schema, "balance_part"},
		[]string{"ledger", "address", "asset", "version", "debits", "credits", "first_position", "created_at"},
		pgx.CopyFromSlice(len(keys), func(i int) ([]any, error) {
			key := keys[i]
			sum, first := s.sums[key], s.first[key.accountKey]
			values = [8]any{key.ledger, key.address, key.asset, sum.touched, numeric(&sum.debits), numeric(&sum.credits), first.position, first.at}
			return values[:], nil
		}))
	return err
}

// numeric is a sum as Postgres has it.
func numeric(t *tally) pgtype.Numeric {
	if t.wide != nil {
		return pgtype.Numeric{Int: t.wide.Coefficient(), Exp: t.wide.Exponent(), Valid: true}
	}
	return pgtype.Numeric{Int: big.NewInt(t.units), Exp: t.exponent, Valid: true}
}
