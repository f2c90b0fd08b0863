package readmodel

import (
	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/exchange"
)

// queueExchange keeps the table of rates, and which quotes were used. What a quote said is read from the journal.
func queueExchange(b *pgx.Batch, schema string, e *journal.Event) error {
	switch body := e.Body.(type) {
	case exchange.RateSet:
		r, err := exchange.ShowRate(e)
		if err != nil {
			return err
		}
		b.Queue(statement("wallets_set_rate", schema), pgx.NamedArgs{
			"from": r.From, "to": r.To, "rate": r.Rate, "spread": r.Spread, "min_amount": r.MinAmount, "valid_for": r.ValidFor,
			"version": r.Version, "created_at": r.CreatedAt, "updated_at": r.UpdatedAt,
		})
	case exchange.RateWithdrawn:
		b.Queue(statement("wallets_withdraw_rate", schema), pgx.NamedArgs{"from": body.From, "to": body.To})
	case exchange.Exchanged:
		b.Queue(statement("wallets_use_quote", schema), pgx.NamedArgs{"id": body.QuoteID, "transaction_id": e.TransactionID()})
	}
	return nil
}
