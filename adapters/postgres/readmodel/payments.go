package readmodel

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/wallet/query"
)

// Payments lists payments that were asked for, newest first.
func (r *Reads) Payments(ctx context.Context, f query.PaymentFilter) (out []query.FoundPayment, err error) {
	args, conditions := pgx.NamedArgs{}, []string{"true"}
	add := func(condition, name string, value any) {
		conditions, args[name] = append(conditions, condition), value
	}
	if f.WalletID != "" {
		add("wallet_id = @wallet_id", "wallet_id", f.WalletID)
	}
	if f.Owner != "" {
		add("owner = @owner", "owner", f.Owner)
	}
	if f.Status != "" {
		add("status = @status", "status", string(f.Status))
	}
	if f.ProviderRef != "" {
		add("(provider_ref = @ref OR intent = @ref)", "ref", f.ProviderRef)
	}
	if f.Before > 0 {
		add("position < @before", "before", f.Before)
	}
	// A time is turned into a position by the statement itself, as in every list.
	if !f.From.IsZero() {
		add("position > (SELECT journal_position_before(0::smallint, @from))", "from", wholeMicros(f.From))
	}
	if !f.Until.IsZero() {
		add("position <= (SELECT journal_position_before(0::smallint, @until))", "until", wholeMicros(f.Until))
	}
	text := "SELECT position, coalesce(opened, 0), coalesce(judged, 0), version FROM {payments}.payment WHERE " + all(conditions) + newestOnly(f.Limit)
	err = r.run(ctx, text, args, func(rows pgx.Rows) error {
		at, err := scanPayment(rows)
		out = append(out, at)
		return err
	})
	return out, err
}

// Payment returns where a payment is shown, by the position of the event that created it; ok is false when none was
// created there.
func (r *Reads) Payment(ctx context.Context, position int64) (at query.FoundPayment, ok bool, err error) {
	err = r.rows(ctx, "payments_get", pgx.NamedArgs{"position": position}, func(rows pgx.Rows) error {
		at, err = scanPayment(rows)
		ok = true
		return err
	})
	return at, ok, err
}

// Refunds lists the refunds of a payment, newest first: of the payment that the event at a position created.
func (r *Reads) Refunds(ctx context.Context, paymentPosition, before int64, limit int) (out []query.FoundRefund, err error) {
	args := pgx.NamedArgs{"payment": paymentPosition, "before": before, "limit": limit}
	err = r.rows(ctx, "payments_list_refunds", args, func(rows pgx.Rows) error {
		var at query.FoundRefund
		err := rows.Scan(&at.Asked, &at.Last)
		out = append(out, at)
		return err
	})
	return out, err
}

// PaymentsSince returns the position after which the first payment was asked for that the journal may have: of those
// that the projection has seen, or after all that it has seen.
func (r *Reads) PaymentsSince(ctx context.Context) (position int64, err error) {
	seen, err := r.Await(ctx, 0, query.Payments)
	if err != nil {
		return 0, err
	}
	position = seen
	err = r.rows(ctx, "payments_first", pgx.NamedArgs{}, func(rows pgx.Rows) error {
		var first int64
		if err := rows.Scan(&first); err != nil {
			return err
		}
		position = min(position, first-1)
		return nil
	})
	return position, err
}

func scanPayment(rows pgx.Rows) (at query.FoundPayment, err error) {
	err = rows.Scan(&at.Created, &at.Opened, &at.Judged, &at.Last)
	return at, err
}
