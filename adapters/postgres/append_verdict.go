package postgres

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/florinledger/florin/ledger/journal"
)

// Florin's own SQLSTATEs (migrations/00001_journal.sql).
const (
	codeFenced    = "FL001"
	codeClockSkew = "FL002"
	codeStale     = "FL003"
)

// verdict says what the end of an append means.
//
// An error that the server reports as such ended the transaction before its commit: past the
// commit's record the server knows only warnings, and ends that take the connection along. So
// everything else, from a lost connection to a warning beside a success, leaves the end unknown.
func verdict(err error, warning *pgconn.PgError) error {
	if err == nil {
		if warning != nil {
			return fmt.Errorf("%w: committed with a warning: %w", journal.ErrUnknown, warning)
		}
		return nil
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		if pgconn.SafeToRetry(err) {
			return fmt.Errorf("append was not sent: %w", err)
		}
		return fmt.Errorf("%w: %w", journal.ErrUnknown, err)
	}
	switch {
	case pg.SeverityUnlocalized != "ERROR":
		return fmt.Errorf("%w: %w", journal.ErrUnknown, err)
	case pg.Code == codeFenced, pg.Code == codeStale:
		return fmt.Errorf("%w: %w", journal.ErrFenced, err)
	case pg.Code == codeClockSkew:
		return fmt.Errorf("%w: %w", journal.ErrClockSkew, err)
	case isBadData(pg):
		return fmt.Errorf("%w: %w", journal.ErrBadData, err)
	}
	return fmt.Errorf("append: %w", err)
}

// isBadData reports whether the batch's data is to blame: data exceptions, violated constraints,
// exceeded limits of the program. A violated constraint of events is none of that: no command
// chooses a position, so it means a missing partition or a head that fell behind its journal, and
// must not send every command to the dead letters, one by one.
func isBadData(pg *pgconn.PgError) bool {
	switch {
	case len(pg.Code) < 2:
		return false
	case pg.Code[:2] == "22", pg.Code[:2] == "54":
		return true
	case pg.Code[:2] == "23":
		return pg.TableName != "events" && !strings.HasPrefix(pg.TableName, "events_")
	}
	return false
}

func isUnknown(err error) bool { return errors.Is(err, journal.ErrUnknown) }
