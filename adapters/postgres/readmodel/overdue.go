package readmodel

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
	people "github.com/florinledger/florin/users/query"
	wallets "github.com/florinledger/florin/wallet/query"
)

const (
	// checkLag is the name of the check of how far behind projections are.
	checkLag = "projection lag"
	// maxOverdue bounds what is told of each check.
	maxOverdue = 100
)

// Overdue looks for what should have been done before a time, as the projections have it: holds that should have expired,
// and schedules and memberships whose turn it was. Projections that have not seen what was recorded before it are
// overdue too.
func Overdue(ctx context.Context, tx pgx.Tx, registry *journal.Registry, before time.Time, report *journal.Report) error {
	_, live, _, err := standings(ctx, tx, registry, Names())
	if err != nil {
		return err
	}
	names, versions := make([]string, len(live)), make([]int, len(live))
	for i, at := range live {
		names[i], versions[i] = at.name, at.version
	}
	args := pgx.NamedArgs{"before": before, "limit": maxOverdue, "names": names, "versions": versions}
	for _, c := range []struct{ name, projection, statement string }{
		{"holds due", wallets.Wallets, "overdue_holds"},
		{"schedules due", wallets.Wallets, "overdue_schedules"},
		{"memberships due", people.Memberships, "overdue_memberships"},
	} {
		i := slices.IndexFunc(live, func(at standing) bool { return at.name == c.projection })
		if i < 0 {
			report.Unchecked(c.name, "there is no projection "+c.projection+" of this version")
			continue
		}
		if err := overdue(ctx, tx, c.name, statement(c.statement, live[i].schema), args, report); err != nil {
			return err
		}
	}
	return overdue(ctx, tx, checkLag, sqlOf("overdue_projections"), args, report)
}

// overdue runs a statement whose rows are a number of what was looked at, and a text for what is found, or NULL.
func overdue(ctx context.Context, tx pgx.Tx, check, sql string, args pgx.NamedArgs, report *journal.Report) error {
	begun := time.Now()
	rows, err := tx.Query(ctx, sql, args) //nolint:rowserrcheck // pgx.ForEachRow closes the rows and returns their error
	if err != nil {
		return fmt.Errorf("check %s: %w", check, err)
	}
	var looked int64
	var detail *string
	if _, err := pgx.ForEachRow(rows, []any{&looked, &detail}, func() error {
		if detail != nil {
			report.Add(journal.Finding{Check: check, Detail: *detail})
		}
		return nil
	}); err != nil {
		return fmt.Errorf("check %s: %w", check, err)
	}
	report.Checked(check, looked, time.Since(begun))
	return nil
}
