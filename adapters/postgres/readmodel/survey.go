package readmodel

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/wallet/payment"
)

const (
	// surveyAccounts bounds the accounts of a survey: each is a series of a metric.
	surveyAccounts = 100
	// surveyMost is how far a survey counts what waits.
	surveyMost = 10_000
)

// SuspenseBalance is what stands on a suspense account, on its credit side. It is for looking at: a float is near
// enough for a graph, and is used for nothing else.
type SuspenseBalance struct {
	Account, Asset string
	Balance        float64
}

// Suspense returns what is booked to suspense accounts of the ledger main, the first 100 of them.
func (r *Reads) Suspense(ctx context.Context) (out []SuspenseBalance, err error) {
	err = r.rows(ctx, "survey_suspense", pgx.NamedArgs{"most": surveyAccounts}, func(rows pgx.Rows) error {
		var b SuspenseBalance
		if err := rows.Scan(&b.Account, &b.Asset, &b.Balance); err != nil {
			return err
		}
		out = append(out, b)
		return nil
	})
	return out, err
}

// OpenReviews counts the reviews of payments that finance has not decided, 10,000 at most, and says since when the oldest is
// open; zero for none.
func (r *Reads) OpenReviews(ctx context.Context) (n int, oldest time.Time, err error) {
	args := pgx.NamedArgs{"status": string(payment.ReviewOpen), "most": surveyMost}
	err = r.rows(ctx, "survey_reviews", args, func(rows pgx.Rows) error {
		var since *time.Time
		err := rows.Scan(&n, &since)
		if since != nil {
			oldest = *since
		}
		return err
	})
	return n, oldest, err
}

// PaymentsIn counts the payments of some statuses. It counts each by its row: ask for those that few payments are in.
func (r *Reads) PaymentsIn(ctx context.Context, statuses ...string) (map[string]int, error) {
	out := map[string]int{}
	for _, status := range statuses {
		out[status] = 0
	}
	err := r.rows(ctx, "survey_payments", pgx.NamedArgs{"statuses": statuses}, func(rows pgx.Rows) error {
		var status string
		var n int
		if err := rows.Scan(&status, &n); err != nil {
			return err
		}
		out[status] = n
		return nil
	})
	return out, err
}
