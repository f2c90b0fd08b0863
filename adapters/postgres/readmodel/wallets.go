package readmodel

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/query"
)

// afterNone is past every id: the first page begins there.
const afterNone = "~"

// Wallets lists wallets, newest first.
func (r *Reads) Wallets(ctx context.Context, f query.WalletFilter) ([]wallet.Wallet, error) {
	name := "wallets_list"
	switch {
	case f.Owner != "":
		name = "wallets_list_by_owner"
	case f.Asset != "" && (f.Status == "" || f.Status == wallet.StatusOpen): // nearly all are open; of the others there are few
		name = "wallets_list_by_asset"
	case f.Status != "":
		name = "wallets_list_by_status"
	}
	after := f.After
	if after == "" {
		after = afterNone
	}
	var out []wallet.Wallet
	err := r.rows(ctx, name, pgx.NamedArgs{"owner": f.Owner, "status": string(f.Status), "asset": f.Asset, "after": after, "limit": f.Limit},
		func(rows pgx.Rows) error {
			w, err := scanWallet(rows)
			out = append(out, w)
			return err
		})
	return out, err
}

// Wallet returns a wallet; ok is false when there is none of that id.
func (r *Reads) Wallet(ctx context.Context, id string) (w wallet.Wallet, ok bool, err error) {
	err = r.rows(ctx, "wallets_get", pgx.NamedArgs{"id": id}, func(rows pgx.Rows) error {
		w, err = scanWallet(rows)
		ok = true
		return err
	})
	return w, ok, err
}

func scanWallet(rows pgx.Rows) (w wallet.Wallet, err error) {
	var metadata []byte
	if err := rows.Scan(&w.ID, &w.Owner, &w.Name, &w.Status, &metadata, &w.TimeZone, &w.Credit, &w.Spending, &w.Version, &w.CreatedAt); err != nil {
		return w, err
	}
	w.CreatedAt = w.CreatedAt.UTC()
	if len(w.Credit) == 0 {
		w.Credit = nil
	}
	if len(w.Spending) == 0 {
		w.Spending = nil
	}
	w.Metadata, err = metadataOf(metadata)
	return w, err
}

// Hold returns a hold; ok is false when there is none of that id.
func (r *Reads) Hold(ctx context.Context, id string) (h wallet.Hold, ok bool, err error) {
	err = r.rows(ctx, "wallets_get_hold", pgx.NamedArgs{"id": id}, func(rows pgx.Rows) error {
		h, err = scanHold(rows)
		ok = true
		return err
	})
	return h, ok, err
}

func scanHold(rows pgx.Rows) (h wallet.Hold, err error) {
	var metadata []byte
	var expires pgtype.Timestamptz
	if err := rows.Scan(&h.ID, &h.WalletID, &h.Amount.Asset, &h.Amount.Amount, &h.Captured, &h.Released, &h.Remaining,
		&h.Status, &h.ToWallet, &h.ToAccount, &expires, &h.Description, &metadata, &h.Version, &h.CreatedAt); err != nil {
		return h, err
	}
	h.CreatedAt = h.CreatedAt.UTC()
	if expires.Valid {
		h.ExpiresAt = expires.Time.UTC()
	}
	h.Metadata, err = metadataOf(metadata)
	return h, err
}

// Due returns the wallets that have holds whose time has come and that are open still, each by the first
// of these, in the order of wallets. The clock is the server's.
func (r *Reads) Due(ctx context.Context, afterWallet string, limit int) (due []query.Due, err error) {
	err = r.rows(ctx, "wallets_due", pgx.NamedArgs{"after": afterWallet, "limit": limit}, func(rows pgx.Rows) error {
		var d query.Due
		err := rows.Scan(&d.HoldID, &d.WalletID, &d.ExpiresAt)
		d.ExpiresAt = d.ExpiresAt.UTC()
		due = append(due, d)
		return err
	})
	return due, err
}

// metadataOf reads metadata that may be NULL.
func metadataOf(data []byte) (m map[string]string, err error) {
	if data != nil {
		err = json.Unmarshal(data, &m)
	}
	return m, err
}
