package readmodel

import (
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
	"github.com/florinledger/florin/wallet/exchange"
	"github.com/florinledger/florin/wallet/schedule"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// walletsApplier keeps wallets, holds, withdrawals, exchanges, alerts and schedules. Their events say how things stand after them, so a row is
// set, never added to.
func walletsApplier(registry *journal.Registry) func(*pgx.Batch, string, []journal.Event) error {
	return func(b *pgx.Batch, schema string, events []journal.Event) error {
		holds := newHoldRows()
		for i := range events {
			e := &events[i]
			var queue func(*pgx.Batch, string, *journal.Event) error
			switch {
			case wallet.IsType(e.Type):
				queue = queueWallet
			case withdrawal.IsType(e.Type):
				queue = queueWithdrawal
			case exchange.IsType(e.Type):
				queue = queueExchange
			case alert.IsType(e.Type):
				queue = queueAlert
			case schedule.IsType(e.Type):
				queue = queueSchedule
			default:
				continue
			}
			if err := registry.Decode(e); err != nil {
				return err
			}
			if err := holds.add(e); err != nil {
				return err
			}
			if err := queue(b, schema, e); err != nil {
				return err
			}
		}
		return holds.queue(b, schema)
	}
}

func queueWallet(b *pgx.Batch, schema string, e *journal.Event) error {
	switch body := e.Body.(type) {
	case wallet.Opened:
		w, err := wallet.ShowWallet(e)
		if err != nil {
			return err
		}
		metadata, err := jsonOrNull(w.Metadata, len(w.Metadata))
		if err != nil {
			return err
		}
		b.Queue(statement("wallets_add_wallet", schema), pgx.NamedArgs{
			"id": w.ID, "owner": w.Owner, "name": w.Name, "status": string(w.Status), "metadata": metadata,
			"time_zone": w.TimeZone, "version": w.Version, "at": w.CreatedAt,
		})
	case wallet.Changed:
		return queueWalletChange(b, schema, e.Position, body)
	case wallet.Frozen:
		queueStatus(b, schema, body.WalletID, wallet.StatusFrozen, e.Position)
	case wallet.Unfrozen:
		queueStatus(b, schema, body.WalletID, wallet.StatusOpen, e.Position)
	case wallet.Closed:
		queueStatus(b, schema, body.WalletID, wallet.StatusClosed, e.Position)
		b.Queue(statement("wallets_drop_alerts", schema), pgx.NamedArgs{"wallet_id": body.WalletID})
	case wallet.CreditLimitSet:
		b.Queue(statement("wallets_set_credit", schema), pgx.NamedArgs{
			"id": body.WalletID, "asset": body.Limit.Asset, "amount": body.Limit.Amount, "version": e.Position,
		})
	case wallet.SpendingLimitSet:
		limit, err := json.Marshal(body.SpendingLimit)
		if err != nil {
			return err
		}
		b.Queue(statement("wallets_set_spending", schema), pgx.NamedArgs{
			"id": body.WalletID, "asset": body.Asset, "limit": string(limit), "version": e.Position,
		})
	}
	return nil
}

func queueWalletChange(b *pgx.Batch, schema string, position int64, c wallet.Changed) error {
	args := pgx.NamedArgs{
		"id": c.WalletID, "name": c.Name, "metadata": nil, "sets_metadata": c.Metadata != nil, "time_zone": c.TimeZone, "version": position,
	}
	if c.Metadata != nil {
		var err error
		if args["metadata"], err = jsonOrNull(*c.Metadata, len(*c.Metadata)); err != nil {
			return err
		}
	}
	b.Queue(statement("wallets_change", schema), args)
	return nil
}

func queueStatus(b *pgx.Batch, schema, id string, status wallet.Status, position int64) {
	b.Queue(statement("wallets_set_status", schema), pgx.NamedArgs{"id": id, "status": string(status), "version": position})
}
