package readmodel

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/wallet/query"
)

// Reviews lists reviews of payments, newest first.
func (r *Reads) Reviews(ctx context.Context, f query.ReviewFilter) (out []query.FoundReview, err error) {
	args, conditions := pgx.NamedArgs{}, []string{"true"}
	add := func(condition, name string, value any) {
		conditions, args[name] = append(conditions, condition), value
	}
	if f.Status != "" {
		add("status = @status", "status", string(f.Status))
	}
	if f.WalletID != "" {
		add("wallet_id = @wallet_id", "wallet_id", f.WalletID)
	}
	if f.Before > 0 {
		add("position < @before", "before", f.Before)
	}
	text := "SELECT position, payment, coalesce(decided, 0) FROM {payments}.review WHERE " + all(conditions) + newestOnly(f.Limit)
	err = r.run(ctx, text, args, func(rows pgx.Rows) error {
		at, err := scanReview(rows)
		out = append(out, at)
		return err
	})
	return out, err
}

// Review returns where a review is shown, by the position of the event that opened it; ok is false when none was opened
// there.
func (r *Reads) Review(ctx context.Context, position int64) (at query.FoundReview, ok bool, err error) {
	err = r.rows(ctx, "payments_get_review", pgx.NamedArgs{"position": position}, func(rows pgx.Rows) error {
		at, err = scanReview(rows)
		ok = true
		return err
	})
	return at, ok, err
}

func scanReview(rows pgx.Rows) (at query.FoundReview, err error) {
	err = rows.Scan(&at.Opened, &at.Created, &at.Decided)
	return at, err
}
