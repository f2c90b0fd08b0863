package readmodel

import (
	"cmp"
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/query"
)

// Holds lists holds, newest first.
func (r *Reads) Holds(ctx context.Context, f query.HoldFilter) (out []wallet.Hold, err error) {
	name, statuses := "wallets_list_holds", wallet.HoldStatuses()
	if f.WalletID != "" || f.Owner != "" {
		name = "wallets_list_holds_of"
	}
	if f.Status != "" {
		statuses = []wallet.HoldStatus{f.Status}
	}
	err = r.rows(ctx, name, pgx.NamedArgs{
		"wallet_id": f.WalletID, "owner": f.Owner, "statuses": statuses, "after": cmp.Or(f.After, afterNone), "limit": f.Limit,
	}, func(rows pgx.Rows) error {
		h, err := scanHold(rows)
		out = append(out, h)
		return err
	})
	return out, err
}
