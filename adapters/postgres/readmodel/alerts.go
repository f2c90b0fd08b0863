package readmodel

import (
	"cmp"
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/florinledger/florin/wallet/query"
)

// Alerts lists alerts, newest first.
func (r *Reads) Alerts(ctx context.Context, f query.AlertFilter) (out []query.Alert, err error) {
	name := "wallets_list_alerts"
	switch {
	case f.WalletID != "":
		name = "wallets_list_alerts_by_wallet"
	case f.Owner != "":
		name = "wallets_list_alerts_by_owner"
	}
	err = r.rows(ctx, name, pgx.NamedArgs{
		"wallet_id": f.WalletID, "owner": f.Owner, "after": cmp.Or(f.After, afterNone), "limit": f.Limit,
	}, func(rows pgx.Rows) error {
		a, err := scanAlert(rows)
		out = append(out, a)
		return err
	})
	return out, err
}

// Alert returns an alert and whose it is; ok is false when there is none of that id.
func (r *Reads) Alert(ctx context.Context, id string) (a query.Alert, ok bool, err error) {
	err = r.rows(ctx, "wallets_get_alert", pgx.NamedArgs{"id": id}, func(rows pgx.Rows) error {
		a, err = scanAlert(rows)
		ok = true
		return err
	})
	return a, ok, err
}

func scanAlert(rows pgx.Rows) (a query.Alert, err error) {
	var below, above pgtype.Text
	var fired pgtype.Timestamptz
	err = rows.Scan(&a.ID, &a.WalletID, &a.Asset, &below, &above, &a.Fired, &fired, &a.Version, &a.CreatedAt, &a.Owner)
	a.Below, a.Above, a.CreatedAt = below.String, above.String, a.CreatedAt.UTC()
	if fired.Valid {
		a.LastFiredAt = fired.Time.UTC()
	}
	return a, err
}
