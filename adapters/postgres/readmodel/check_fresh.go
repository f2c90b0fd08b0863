package readmodel

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/users/seal"
)

// fresh builds projections anew in temporary tables of one transaction, which nobody else sees and no log has, and
// compares them row by row.
type fresh struct {
	tx       pgx.Tx
	registry *journal.Registry
	defs     []definition
	live     map[string]standing
	// accounts brings what moved, added up, when there are no more events.
	accounts <-chan *accountChanges
	// broken are those that cannot be built.
	broken map[string]bool
	took   map[string]time.Duration
}

// temporary is the schema of a connection's own tables.
const temporary = "pg_temp"

// newFresh returns the part that builds projections anew: all but the rows that [eventRows] compares.
func newFresh(ctx context.Context, tx pgx.Tx, registry *journal.Registry, defs []definition, live []standing, accounts <-chan *accountChanges) (*fresh, error) {
	f := &fresh{
		tx: tx, registry: registry, live: map[string]standing{}, accounts: accounts,
		broken: map[string]bool{}, took: map[string]time.Duration{},
	}
	for i, def := range defs {
		f.live[def.name] = live[i]
		switch def.name {
		case query.Entries: // each of its rows is compared with its event
			continue
		case query.Accounts: // what moves is added up beside this, and put down once
			def.apply = byEvents(func(*pgx.Batch, string, []journal.Event) error { return nil })
		case query.Transactions:
			def.apply = byEvents(func(b *pgx.Batch, schema string, events []journal.Event) error {
				for i := range events {
					if err := noteReversal(b, schema, registry, &events[i]); err != nil {
						return err
					}
				}
				return nil
			})
		}
		ddl := strings.ReplaceAll(strings.Replace(sqlOf(def.name+"_tables"), "CREATE SCHEMA {schema};", "", 1), "{schema}", temporary)
		if _, err := tx.Exec(ctx, ddl); err != nil {
			return nil, fmt.Errorf("projection %s: %w", def.name, err)
		}
		f.defs = append(f.defs, def)
	}
	return f, nil
}

// take implements part.
func (f *fresh) take(ctx context.Context, events []journal.Event, report *journal.Report) error {
	for _, def := range f.defs {
		up := events
		for len(up) > 0 && up[len(up)-1].Position > f.live[def.name].position {
			up = up[:len(up)-1]
		}
		up = without(up, f.live[def.name].passed)
		if len(up) == 0 || f.broken[def.name] {
			continue
		}
		begun := time.Now()
		b := &pgx.Batch{}
		if err := def.apply(ctx, f.tx, b, temporary, up); err != nil {
			return fmt.Errorf("projection %s: %w", def.name, err)
		}
		if err := f.put(ctx, def.name, b, report); err != nil {
			return err
		}
		f.took[def.name] += time.Since(begun)
	}
	return nil
}

// put makes changes. What the tables do not take is a finding, and the projection is not compared.
func (f *fresh) put(ctx context.Context, name string, b *pgx.Batch, report *journal.Report) error {
	if b.Len() == 0 {
		return nil
	}
	inner, err := f.tx.Begin(ctx)
	if err != nil {
		return err
	}
	if err := inner.SendBatch(ctx, b).Close(); err != nil {
		if undo := inner.Rollback(ctx); undo != nil || ctx.Err() != nil {
			return fmt.Errorf("projection %s: %w", name, err)
		}
		f.broken[name] = true
		report.Add(journal.Finding{Check: CheckName(name), Detail: fmt.Sprintf("it cannot be built from the journal: %v", err)})
		return nil
	}
	return inner.Commit(ctx)
}

// finish implements part.
func (f *fresh) finish(ctx context.Context, report *journal.Report) error {
	if at, ok := f.live[query.Accounts]; ok {
		if err := f.finishAccounts(ctx, at, report); err != nil {
			return err
		}
	}
	for _, def := range f.defs {
		if f.broken[def.name] {
			continue
		}
		begun, at := time.Now(), f.live[def.name]
		var tables []string
		for _, table := range tablesOf(def.name) {
			switch table {
			case "tx", "account", "balance": // compared otherwise
			default:
				tables = append(tables, table)
			}
		}
		var n int64
		for _, table := range tables {
			if f.live[def.name].position > checkPage { // nobody else does, and large tables are joined by plan
				if _, err := f.tx.Exec(ctx, "ANALYZE "+pgx.Identifier{temporary, table}.Sanitize()); err != nil {
					return err
				}
			}
			rows, err := compareTable(ctx, f.tx, table, at.schema, temporary, true, func(d Difference) {
				report.Add(journal.Finding{Check: CheckName(def.name), Detail: d.String()})
			})
			if err != nil {
				return fmt.Errorf("projection %s: table %s: %w", def.name, table, err)
			}
			n += rows
		}
		report.Checked(CheckName(def.name), n, f.took[def.name]+time.Since(begun))
	}
	return nil
}

// finishAccounts compares accounts and balances with what was added up, and builds what else that projection has.
func (f *fresh) finishAccounts(ctx context.Context, at standing, report *journal.Report) error {
	var changes *accountChanges
	select {
	case changes = <-f.accounts:
	case <-ctx.Done():
		return ctx.Err()
	}
	begun := time.Now()
	rows, err := compareAccounts(ctx, f.tx, at.schema, changes, report)
	if err != nil {
		return fmt.Errorf("projection %s: %w", at.name, err)
	}
	b := &pgx.Batch{}
	for i := range changes.facts {
		if _, compared := changes.facts[i].Body.(ledger.AccountSet); compared {
			continue
		}
		if err := queueFact(b, temporary, &changes.facts[i]); err != nil {
			return err
		}
	}
	if err := f.put(ctx, at.name, b, report); err != nil {
		return err
	}
	report.Checked(CheckName(at.name), rows, time.Since(begun))
	return nil
}

// anyKey has a key for everybody: who has a mailbox does not hang on the vault then, and no message opens, so that by
// which words it is found is not compared.
type anyKey struct{ seal.Keys }

// Key implements seal.Keys.
func (anyKey) Key(context.Context, string) (seal.Key, error) { return seal.NewKey(), nil }
