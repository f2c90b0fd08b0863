package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

const (
	// OverdueAfter is how long what waits may wait before it is found to be overdue: everything that looks after it looks
	// many times meanwhile.
	OverdueAfter = 5 * time.Minute
	// deadOverdueAfter is how long a dead letter may be open: it waits for people.
	deadOverdueAfter = 24 * time.Hour
	// maxOverdue bounds what is told of each, and providerPage how many of a provider's events are looked up at once.
	maxOverdue, providerPage = 100, 5_000
)

// The names of the checks of what waits.
const (
	checkInbox    = "inbox"
	checkDead     = "dead letters"
	checkReactors = "reactors"
	checkProvider = "provider events"
)

var (
	//go:embed queries/books_served.sql
	booksServedSQL string
	//go:embed queries/books_inbox.sql
	booksInboxSQL string
	//go:embed queries/books_dead.sql
	booksDeadSQL string
	//go:embed queries/books_reactors.sql
	booksReactorsSQL string
	//go:embed queries/books_provider.sql
	booksProviderSQL string
	//go:embed queries/books_unanswered.sql
	booksUnansweredSQL string
)

// Served returns until when there was a writer to do what is due: now, where one leads, or else when it recorded
// something last. What came due after it is overdue for want of a service, which is not the books' fault.
func (b Books) Served(ctx context.Context, shard journal.Shard, now time.Time) (until time.Time, err error) {
	var at *time.Time
	if err := b.Tx.QueryRow(ctx, booksServedSQL, int16(shard), now).Scan(&at); err != nil || at == nil {
		return time.Time{}, err
	}
	return *at, nil
}

// Overdue looks for what waits for longer than it may, as of a time: commands in the inbox, dead letters that nobody has
// dealt with, reactors that do not come further, and what a provider sent without an end.
func (b Books) Overdue(ctx context.Context, shard journal.Shard, at time.Time, report *journal.Report) error {
	for _, c := range []struct {
		name, sql string
		args      []any
	}{
		{checkInbox, booksInboxSQL, []any{int16(shard), at.Add(-OverdueAfter), maxOverdue}},
		{checkDead, booksDeadSQL, []any{int16(shard), at.Add(-deadOverdueAfter), maxOverdue}},
		{checkReactors, booksReactorsSQL, []any{int16(shard), at.Add(-OverdueAfter), maxOverdue}},
	} {
		begun := time.Now()
		looked, err := overdue(ctx, b.Tx, c.name, c.sql, c.args, report)
		if err != nil {
			return fmt.Errorf("check %s: %w", c.name, err)
		}
		report.Checked(c.name, looked, time.Since(begun))
	}
	begun := time.Now()
	looked, err := b.unanswered(ctx, at.Add(-OverdueAfter), report)
	if err != nil {
		return fmt.Errorf("check %s: %w", checkProvider, err)
	}
	report.Checked(checkProvider, looked, time.Since(begun))
	return nil
}

// overdue runs a statement whose rows are a number of what was looked at, the command that something is found of, and
// what is found; the two are NULL for nothing.
func overdue(ctx context.Context, tx pgx.Tx, check, sql string, args []any, report *journal.Report) (looked int64, err error) {
	rows, err := tx.Query(ctx, sql, args...) //nolint:rowserrcheck // pgx.ForEachRow closes the rows and returns their error
	if err != nil {
		return 0, err
	}
	var id *[16]byte
	var detail *string
	_, err = pgx.ForEachRow(rows, []any{&looked, &id, &detail}, func() error {
		switch {
		case id != nil:
			report.Add(journal.Finding{Check: check, Detail: journal.CommandID(*id).String() + " " + *detail})
		case detail != nil:
			report.Add(journal.Finding{Check: check, Detail: *detail})
		}
		return nil
	})
	return looked, err
}

// unanswered looks for what a provider sent whose command has no outcome.
func (b Books) unanswered(ctx context.Context, before time.Time, report *journal.Report) (looked int64, err error) {
	for last := int64(0); ; {
		type sent struct {
			id              int64
			provider, event string
		}
		rows, err := b.Tx.Query(ctx, booksProviderSQL, last, before, providerPage)
		if err != nil {
			return looked, err
		}
		page, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s sent, err error) {
			return s, row.Scan(&s.id, &s.provider, &s.event)
		})
		if err != nil {
			return looked, err
		}
		of, ids := map[journal.CommandID]sent{}, make([][16]byte, 0, len(page))
		for _, s := range page {
			id := journal.NewCommandID(payment.Principal(s.provider), s.event)
			of[id], ids = s, append(ids, id)
		}
		var id [16]byte
		missing, err := b.Tx.Query(ctx, booksUnansweredSQL, ids) //nolint:rowserrcheck // pgx.ForEachRow closes the rows and returns their error
		if err != nil {
			return looked, err
		}
		if _, err := pgx.ForEachRow(missing, []any{&id}, func() error {
			s := of[id]
			report.Add(journal.Finding{Check: checkProvider, Detail: fmt.Sprintf("event %s of %s was kept, and %s has no outcome", s.event, s.provider, journal.CommandID(id))})
			return nil
		}); err != nil {
			return looked, err
		}
		looked += int64(len(page))
		if len(page) < providerPage {
			return looked, nil
		}
		last = page[len(page)-1].id
	}
}
