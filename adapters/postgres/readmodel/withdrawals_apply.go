package readmodel

import (
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// queueWithdrawal notes which event shows a withdrawal now.
func queueWithdrawal(b *pgx.Batch, schema string, e *journal.Event) error {
	if body, ok := e.Body.(withdrawal.Requested); ok {
		b.Queue(statement("wallets_add_withdrawal", schema), pgx.NamedArgs{
			"position": e.Position, "wallet_id": body.WalletID, "owner": body.Owner, "status": string(withdrawal.StatusRequested),
		})
		return nil
	}
	step, ok := withdrawal.StepOf(e)
	if !ok {
		return fmt.Errorf("event %d, a %s, is of no withdrawal", e.Position, e.Type)
	}
	place, err := withdrawal.Place(step.WithdrawalID)
	if err != nil {
		return fmt.Errorf("event %d, a %s: %w", e.Position, e.Type, err)
	}
	b.Queue(statement("wallets_set_withdrawal", schema), pgx.NamedArgs{
		"position": place.Position(), "status": string(step.Status), "version": e.Position,
	})
	return nil
}
