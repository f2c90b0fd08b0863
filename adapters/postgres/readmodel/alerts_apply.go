package readmodel

import (
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/alert"
)

// queueAlert keeps the alerts that there are. Those of a wallet go with it.
func queueAlert(b *pgx.Batch, schema string, e *journal.Event) error {
	switch body := e.Body.(type) {
	case alert.Created:
		a, err := alert.Show(e)
		if err != nil {
			return err
		}
		b.Queue(statement("wallets_add_alert", schema), pgx.NamedArgs{
			"id": a.ID, "wallet_id": a.WalletID, "asset": a.Asset, "below": mark(a.Below), "above": mark(a.Above), "version": a.Version, "at": a.CreatedAt,
		})
	case alert.Deleted:
		b.Queue(statement("wallets_drop_alert", schema), pgx.NamedArgs{"id": body.AlertID})
	case alert.Fired:
		b.Queue(statement("wallets_fire_alert", schema), pgx.NamedArgs{"id": body.AlertID, "at": body.At, "version": e.Position})
	}
	return nil
}

// mark is NULL for the side on which an alert has none.
func mark(text string) pgtype.Text { return pgtype.Text{String: text, Valid: text != ""} }
