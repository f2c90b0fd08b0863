package readmodel

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/wallet/query"
)

// Withdrawals lists withdrawals, newest first.
func (r *Reads) Withdrawals(ctx context.Context, f query.WithdrawalFilter) (out []query.FoundWithdrawal, err error) {
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
	text := "SELECT position, version FROM {wallets}.withdrawal WHERE " + all(conditions) + newestOnly(f.Limit)
	err = r.run(ctx, text, args, func(rows pgx.Rows) error {
		at, err := scanWithdrawal(rows)
		out = append(out, at)
		return err
	})
	return out, err
}

// Withdrawal returns where a withdrawal is shown, by the position of the event that requested it; ok is false when
// none was requested there.
func (r *Reads) Withdrawal(ctx context.Context, position int64) (at query.FoundWithdrawal, ok bool, err error) {
	err = r.rows(ctx, "wallets_get_withdrawal", pgx.NamedArgs{"position": position}, func(rows pgx.Rows) error {
		at, err = scanWithdrawal(rows)
		ok = true
		return err
	})
	return at, ok, err
}

func scanWithdrawal(rows pgx.Rows) (at query.FoundWithdrawal, err error) {
	err = rows.Scan(&at.Requested, &at.Last)
	return at, err
}
