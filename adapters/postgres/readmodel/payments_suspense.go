package readmodel

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/query"
)

var _ payment.Open = (*Reads)(nil)

// InSuspense lists what waits for finance, newest first: before a position, if it is not 0.
func (r *Reads) InSuspense(ctx context.Context, before int64, limit int) (out []query.FoundSuspense, err error) {
	err = r.rows(ctx, "payments_list_suspense", pgx.NamedArgs{"before": before, "limit": limit}, func(rows pgx.Rows) error {
		at, err := scanSuspense(rows)
		out = append(out, at)
		return err
	})
	return out, err
}

// SuspenseItem returns an item by the position of the event that its id names; ok is false when there never was one.
func (r *Reads) SuspenseItem(ctx context.Context, position int64) (at query.FoundSuspense, ok bool, err error) {
	err = r.rows(ctx, "payments_get_suspense", pgx.NamedArgs{"position": position}, func(rows pgx.Rows) error {
		at, err = scanSuspense(rows)
		ok = true
		return err
	})
	return at, ok, err
}

func scanSuspense(rows pgx.Rows) (at query.FoundSuspense, err error) {
	var amount *string
	if err = rows.Scan(&at.First, &at.Last, &amount, &at.Messages); amount != nil {
		at.Amount = *amount
	}
	return at, err
}

// Disputes lists disputes, newest first.
func (r *Reads) Disputes(ctx context.Context, f query.DisputeFilter) (out []query.FoundDispute, err error) {
	args, conditions := pgx.NamedArgs{}, []string{"true"}
	add := func(condition, name string, value any) {
		conditions, args[name] = append(conditions, condition), value
	}
	if f.Status != "" {
		add("d.status = @status", "status", string(f.Status))
	}
	if f.WalletID != "" {
		add("d.wallet_id = @wallet_id", "wallet_id", f.WalletID)
	}
	if f.Payment != 0 {
		add("d.payment = (SELECT intent FROM {payments}.payment WHERE position = @of)", "of", f.Payment)
	}
	if f.Position != 0 {
		add("d.position = @position", "position", f.Position)
	}
	if f.Before > 0 {
		add("d.position < @before", "before", f.Before)
	}
	text := sqlOf("payments_find_disputes") + " WHERE " + all(conditions) + newestOnly(f.Limit)
	err = r.run(ctx, text, args, func(rows pgx.Rows) error {
		var at query.FoundDispute
		err := rows.Scan(&at.First, &at.Updated, &at.Figures, &at.Last, &at.Fee.Amount, &at.Fee.Asset, &at.Payment)
		out = append(out, at)
		return err
	})
	return out, err
}

// OpenPayments implements payment.Open.
func (r *Reads) OpenPayments(ctx context.Context, from, until time.Time, after int64, limit int) ([]payment.Unsettled, error) {
	return r.unsettled(ctx, "payments_open", from, until, after, limit)
}

// OpenRefunds implements payment.Open.
func (r *Reads) OpenRefunds(ctx context.Context, from, until time.Time, after int64, limit int) ([]payment.Unsettled, error) {
	return r.unsettled(ctx, "payments_open_refunds", from, until, after, limit)
}

func (r *Reads) unsettled(ctx context.Context, name string, from, until time.Time, after int64, limit int) (out []payment.Unsettled, err error) {
	args := pgx.NamedArgs{"from": wholeMicros(from), "until": wholeMicros(until), "after": after, "limit": limit}
	err = r.rows(ctx, name, args, func(rows pgx.Rows) error {
		var u payment.Unsettled
		err := rows.Scan(&u.Asked, &u.Last)
		out = append(out, u)
		return err
	})
	return out, err
}
