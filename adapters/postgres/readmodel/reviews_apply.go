package readmodel

import (
	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

// queueReview notes a review that an event of a payment opens, and ends those that it ends.
func queueReview(b *pgx.Batch, schema string, e *journal.Event, paymentPosition int64, walletID string) {
	opens, ended, ok := payment.ReviewIn(e)
	if !ok {
		return
	}
	b.Queue(statement("payments_end_reviews", schema), pgx.NamedArgs{"payment": paymentPosition, "status": string(ended), "decided": e.Position})
	if opens {
		b.Queue(statement("payments_add_review", schema), pgx.NamedArgs{
			"position": e.Position, "payment": paymentPosition, "wallet_id": walletID, "status": string(payment.ReviewOpen),
		})
	}
}
