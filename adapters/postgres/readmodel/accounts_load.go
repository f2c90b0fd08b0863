package readmodel

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
)

// accountsLoader adds balances up in memory.
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
	b := &pgx.Batch{}
	if err := l.changes.queue(b, schema); err != nil {
		return err
	}
	l.changes = newAccountChanges()
	if b.Len() == 0 {
		return nil
	}
	return tx.SendBatch(ctx, b).Close()
}
