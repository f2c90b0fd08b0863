package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/ledger/journal"
)

var (
	//go:embed queries/verification_recent.sql
	verificationRecentSQL string
	//go:embed queries/verification_ask.sql
	verificationAskSQL string
	//go:embed queries/verification_begin.sql
	verificationBeginSQL string
	//go:embed queries/verification_note.sql
	verificationNoteSQL string
	//go:embed queries/verification_end.sql
	verificationEndSQL string
	//go:embed queries/verification_asked.sql
	verificationAskedSQL string
)

// Verifications keep which verifications were asked for, how far they are, and what they saw.
type Verifications struct{ pool *pgxpool.Pool }

// NewVerifications returns those in pool's database.
func NewVerifications(pool *pgxpool.Pool) *Verifications { return &Verifications{pool} }

// Ask returns the one that waits or runs, and makes one that waits if there is none: there is one at a time.
func (v *Verifications) Ask(ctx context.Context, by string) (journal.Verification, error) {
	for range 2 { // one may have ended between the two looks
		if _, err := v.pool.Exec(ctx, verificationAskSQL, by); err != nil {
			return journal.Verification{}, fmt.Errorf("ask for a verification: %w", err)
		}
		_, open, err := v.Recent(ctx)
		if err != nil || open != nil {
			return deref(open), err
		}
	}
	return journal.Verification{}, errors.New("ask for a verification: each ended at once")
}

func deref(v *journal.Verification) journal.Verification {
	if v == nil {
		return journal.Verification{}
	}
	return *v
}

// Recent returns the one that ended last, and the one that waits or runs; nil for none.
func (v *Verifications) Recent(ctx context.Context) (last, open *journal.Verification, err error) {
	rows, err := v.pool.Query(ctx, verificationRecentSQL)
	if err != nil {
		return nil, nil, fmt.Errorf("verifications: %w", err)
	}
	found, err := pgx.CollectRows(rows, scanVerification)
	if err != nil {
		return nil, nil, fmt.Errorf("verifications: %w", err)
	}
	for i := range found {
		if found[i].EndedAt.IsZero() {
			open = &found[i]
		} else {
			last = &found[i]
		}
	}
	return last, open, nil
}

// Begin begins the one that waits, or one that whoever ran it has left. ok is false when there is none.
func (v *Verifications) Begin(ctx context.Context) (begun journal.Verification, ok bool, err error) {
	rows, err := v.pool.Query(ctx, verificationBeginSQL)
	if err != nil {
		return begun, false, fmt.Errorf("begin a verification: %w", err)
	}
	begun, err = pgx.CollectExactlyOneRow(rows, scanVerification)
	if errors.Is(err, pgx.ErrNoRows) {
		return begun, false, nil
	}
	if err != nil {
		return begun, false, fmt.Errorf("begin a verification: %w", err)
	}
	return begun, true, nil
}

// Note notes how far one is.
func (v *Verifications) Note(ctx context.Context, id, position, total int64) error {
	if _, err := v.pool.Exec(ctx, verificationNoteSQL, id, position, total); err != nil {
		return fmt.Errorf("note verification %d: %w", id, err)
	}
	return nil
}

// End keeps what one saw, or why it could not be made, and forgets those that ended long before it.
func (v *Verifications) End(ctx context.Context, id int64, report *journal.Report, failure string) error {
	var data []byte
	var position int64
	if report != nil {
		var err error
		if data, err = json.Marshal(report.Shortened()); err != nil {
			return fmt.Errorf("end verification %d: %w", id, err)
		}
		position = report.Position
	}
	var failed *string
	if failure != "" {
		failed = &failure
	}
	if _, err := v.pool.Exec(ctx, verificationEndSQL, id, position, data, failed); err != nil {
		return fmt.Errorf("end verification %d: %w", id, err)
	}
	return nil
}

// Asked returns when somebody asked last; when the journal began, if they never did. ok is false when it has not begun.
func (v *Verifications) Asked(ctx context.Context, by string) (at time.Time, ok bool, err error) {
	var last *time.Time
	if err := v.pool.QueryRow(ctx, verificationAskedSQL, by).Scan(&last); err != nil {
		return at, false, fmt.Errorf("verifications: %w", err)
	}
	if last == nil {
		return at, false, nil
	}
	return last.UTC(), true, nil
}

func scanVerification(row pgx.CollectableRow) (v journal.Verification, err error) {
	var began, ended *time.Time
	var report []byte
	var failure *string
	if err := row.Scan(&v.ID, &v.AskedBy, &v.AskedAt, &began, &ended, &v.Position, &v.Total, &report, &failure); err != nil {
		return v, err
	}
	v.AskedAt = v.AskedAt.UTC()
	if began != nil {
		v.BeganAt = began.UTC()
	}
	if ended != nil {
		v.EndedAt = ended.UTC()
	}
	if failure != nil {
		v.Failure = *failure
	}
	if report != nil {
		v.Report = new(journal.Report)
		err = json.Unmarshal(report, v.Report)
	}
	return v, err
}
