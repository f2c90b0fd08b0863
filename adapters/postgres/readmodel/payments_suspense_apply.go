package readmodel

import (
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

// queueSuspense adds to items in suspense what an event puts there, or takes from there.
func queueSuspense(b *pgx.Batch, schema string, e *journal.Event) error {
	for _, change := range payment.Suspensions(e) {
		b.Queue(statement("payments_add_suspense", schema), pgx.NamedArgs{"key": change.Key, "amount": change.Amount.Amount, "version": e.Position})
	}
	return nil
}

// queueHeld notes what is held, and forgets what is booked.
func queueHeld(b *pgx.Batch, schema string, e *journal.Event) error {
	id, key, name := "", "", "payments_hold"
	switch body := e.Body.(type) {
	case payment.FactHeld:
		id, key = body.HeldID, body.Key
	case payment.FactBooked:
		id, key, name = body.HeldID, body.Key, "payments_book_held"
	}
	place, err := payment.SuspensePlace(id)
	if err != nil {
		return fmt.Errorf("event %d, a %s: %w", e.Position, e.Type, err)
	}
	b.Queue(statement(name, schema), pgx.NamedArgs{"position": place.Position(), "version": e.Position, "key": "held/" + key})
	return nil
}

// queueDispute notes which events show a dispute, and adds up what it costs.
func queueDispute(b *pgx.Batch, schema string, e *journal.Event) error {
	about, ok := payment.AboutOf(e)
	if !ok {
		return fmt.Errorf("event %d, a %s, is of no dispute", e.Position, e.Type)
	}
	args := pgx.NamedArgs{
		"version": e.Position, "provider": about.Provider, "ref": about.Dispute, "payment": about.Payment, "wallet_id": about.WalletID,
		"fee": nil, "fee_asset": nil,
	}
	switch body := e.Body.(type) {
	case payment.DisputeUpdated:
		args["status"] = string(body.Status)
		b.Queue(statement("payments_set_dispute", schema), args)
		return nil
	case payment.FundsMoved:
		args["fee"], args["fee_asset"] = body.Movement.Fee, body.Movement.Asset
	}
	b.Queue(statement("payments_move_dispute", schema), args)
	return nil
}
