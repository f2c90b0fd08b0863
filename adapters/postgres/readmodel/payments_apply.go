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
			queues := paymentQueues(e)
			if len(queues) == 0 {
				continue
			}
			if err := registry.Decode(e); err != nil {
				return err
			}
			for _, queue := range queues {
				if err := queue(b, schema, e); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// paymentQueues are what an event is for the projection.
func paymentQueues(e *journal.Event) (queues []func(*pgx.Batch, string, *journal.Event) error) {
	switch {
	case payment.IsOrderType(e.Type):
		queues = append(queues, queuePayment)
	case payment.IsRefundType(e.Type):
		queues = append(queues, queueRefund)
	case payment.IsDisputeType(e.Type):
		queues = append(queues, queueDispute)
	case payment.IsHeldType(e.Type):
		queues = append(queues, queueHeld)
	}
	if payment.TouchesSuspense(e) {
		queues = append(queues, queueSuspense)
	}
	return queues
}

func queuePayment(b *pgx.Batch, schema string, e *journal.Event) error {
	if body, ok := e.Body.(payment.Created); ok {
		b.Queue(statement("payments_add", schema), pgx.NamedArgs{
			"position": e.Position, "wallet_id": body.WalletID, "owner": body.Owner, "status": string(body.FirstStatus()),
		})
		queueReview(b, schema, e, e.Position, body.WalletID)
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
		"opens": e.Type == payment.TypeOpened, "judges": e.Type == payment.TypeJudged, "version": e.Position,
	})
	queueReview(b, schema, e, place.Position(), step.WalletID)
	return nil
}

func queueRefund(b *pgx.Batch, schema string, e *journal.Event) error {
	step, ok := payment.RefundStepOf(e)
	if !ok {
		return fmt.Errorf("event %d, a %s, is of no refund", e.Position, e.Type)
	}
	if e.Type == payment.TypeRefundRequested {
		of, err := payment.Place(step.PaymentID)
		if err != nil {
			return fmt.Errorf("event %d, a %s: %w", e.Position, e.Type, err)
		}
		b.Queue(statement("payments_add_refund", schema), pgx.NamedArgs{
			"position": e.Position, "payment": of.Position(), "status": string(step.Status),
		})
		return nil
	}
	place, err := payment.RefundPlace(step.RefundID)
	if err != nil {
		return fmt.Errorf("event %d, a %s: %w", e.Position, e.Type, err)
	}
	b.Queue(statement("payments_set_refund", schema), pgx.NamedArgs{
		"position": place.Position(), "version": e.Position, "status": string(step.Status),
	})
	return nil
}
