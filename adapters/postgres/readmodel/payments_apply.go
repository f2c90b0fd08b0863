package readmodel

import (
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

// paymentsApplier notes which events show a payment that was asked for now, and by what it is found.
func paymentsApplier(registry *journal.Registry) func(*pgx.Batch, string, []journal.Event) error {
	return func(b *pgx.Batch, schema string, events []journal.Event) error {
		for i := range events {
			e := &events[i]
			if !payment.IsOrderType(e.Type) {
				continue
			}
			if err := registry.Decode(e); err != nil {
				return err
			}
			if err := queuePayment(b, schema, e); err != nil {
				return err
			}
		}
		return nil
	}
}

func queuePayment(b *pgx.Batch, schema string, e *journal.Event) error {
	if body, ok := e.Body.(payment.Created); ok {
		b.Queue(statement("payments_add", schema), pgx.NamedArgs{
			"position": e.Position, "wallet_id": body.WalletID, "owner": body.Owner, "status": string(payment.StatusCreated),
		})
		return nil
	}
	step, ok := payment.StepOf(e)
	if !ok {
		return fmt.Errorf("event %d, a %s, is of no payment", e.Position, e.Type)
	}
	place, err := payment.Place(step.PaymentID)
	if err != nil {
		return fmt.Errorf("event %d, a %s: %w", e.Position, e.Type, err)
	}
	b.Queue(statement("payments_set", schema), pgx.NamedArgs{
		"position": place.Position(), "status": string(step.Status), "provider_ref": step.ProviderRef, "intent": step.Intent,
		"opens": e.Type == payment.TypeOpened, "version": e.Position,
	})
	return nil
}
