package readmodel

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// accountRows holds the rows of accounts and balances against what was added up in memory: of a million of them,
// reading what is stored takes seconds, and building them anew minutes. What it has seen it forgets; what is left in
// the end is missing.
type accountRows struct {
	changes *accountChanges
	rules   map[accountKey]ledger.AccountSet // as they were set last
	report  *journal.Report
}

// compareAccounts compares both tables in a schema, and returns how many rows they have. changes cannot be used
// afterwards.
func compareAccounts(ctx context.Context, tx pgx.Tx, schema string, changes *accountChanges, report *journal.Report) (rows int64, err error) {
	r := &accountRows{changes: changes, rules: map[accountKey]ledger.AccountSet{}, report: report}
	for i := range changes.facts {
		if set, ok := changes.facts[i].Body.(ledger.AccountSet); ok {
			r.rules[accountKey{changes.facts[i].Ledger, set.Address}] = set
		}
	}
	n, err := r.balances(ctx, tx, schema)
	if err != nil {
		return n, fmt.Errorf("balances: %w", err)
	}
	m, err := r.accounts(ctx, tx, schema)
	if err != nil {
		return n + m, fmt.Errorf("accounts: %w", err)
	}
	return n + m, nil
}

func (r *accountRows) balances(ctx context.Context, tx pgx.Tx, schema string) (rows int64, err error) {
	var key balanceKey
	var version int64
	var debits, credits decimal.Decimal
	into := []any{&key.ledger, &key.address, &key.asset, &version, (*decimalText)(&debits), (*decimalText)(&credits)}
	err = forEach(ctx, tx, statement("check_balances", schema), into, func() error {
		rows++
		want := r.changes.sums.sums[key]
		if want == nil {
			r.found("balance", key, "follows from no event")
			return nil
		}
		var differs []string
		differs = appendDifference(differs, "version", version, want.touched, version == want.touched)
		differs = appendDifference(differs, "debits", debits, want.debits.sum(), debits.Equal(want.debits.sum()))
		differs = appendDifference(differs, "credits", credits, want.credits.sum(), credits.Equal(want.credits.sum()))
		r.differ("balance", key, differs)
		delete(r.changes.sums.sums, key)
		return nil
	})
	for key := range r.changes.sums.sums {
		r.found("balance", key, "is missing")
	}
	return rows, err
}

func (r *accountRows) accounts(ctx context.Context, tx pgx.Tx, schema string) (rows int64, err error) {
	var key accountKey
	var position, version int64
	var created time.Time
	var frozen bool
	var minimum, metadata pgtype.Text
	into := []any{&key.ledger, &key.address, &position, &created, &version, &frozen, &minimum, &metadata}
	first := r.changes.sums.first
	err = forEach(ctx, tx, statement("check_accounts", schema), into, func() error {
		rows++
		of := balanceKey{accountKey: key}
		want, known := first[key]
		if !known {
			r.found("account", of, "follows from no event")
			return nil
		}
		rules := r.rules[key]
		wantMinimum, err := jsonOrNull(rules.MinBalance, len(rules.MinBalance))
		if err != nil {
			return err
		}
		wantMetadata, err := jsonOrNull(rules.Metadata, len(rules.Metadata))
		if err != nil {
			return err
		}
		var differs []string
		differs = appendDifference(differs, "first_position", position, want.position, position == want.position)
		differs = appendDifference(differs, "created_at", created.UTC(), want.at, created.Equal(want.at))
		differs = appendDifference(differs, "version", version, rules.Version, version == rules.Version)
		differs = appendDifference(differs, "frozen", frozen, rules.Frozen, frozen == rules.Frozen)
		for name, equal := range map[string]bool{"min_balance": sameText(minimum, wantMinimum), "metadata": sameText(metadata, wantMetadata)} {
			if !equal {
				differs = append(differs, name+" differs")
			}
		}
		r.differ("account", of, differs)
		delete(first, key)
		return nil
	})
	for key := range first {
		r.found("account", balanceKey{accountKey: key}, "is missing")
	}
	return rows, err
}

// appendDifference adds a column that is not as it must be.
func appendDifference(differs []string, column string, is, expected any, equal bool) []string {
	if equal {
		return differs
	}
	return append(differs, fmt.Sprintf("%s is %v, expected %v", column, is, expected))
}

func sameText(stored pgtype.Text, want *string) bool {
	if want == nil {
		return !stored.Valid
	}
	return stored.Valid && stored.String == *want
}

func (r *accountRows) differ(table string, key balanceKey, differs []string) {
	if len(differs) > 0 {
		r.found(table, key, strings.Join(differs, "; "))
	}
}

func (r *accountRows) found(table string, key balanceKey, detail string) {
	name := key.ledger + ", " + key.address
	if key.asset != "" {
		name += ", " + key.asset
	}
	r.report.Add(journal.Finding{Check: CheckName(query.Accounts), Detail: Difference{Table: table, Key: name, Detail: detail}.String()})
}
