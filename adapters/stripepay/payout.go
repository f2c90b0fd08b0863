package stripepay

import "github.com/florinledger/florin/wallet/payment"

type payout struct {
	ID       string `json:"id"`
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
	Status   string `json:"status"`
}

// payoutFact says how far a payout has come. Its amount leaves the balance when it is created, before it is in
// transit, and comes back when it fails or is canceled.
func payoutFact(o payout) (payment.Fact, error) {
	f := payment.Fact{Kind: payment.PaidOut, Payout: &payment.PayoutFact{ID: o.ID}}
	switch o.Status {
	case "pending", "in_transit":
		f.Payout.Stage = payment.PayoutInTransit
	case "paid":
		f.Payout.Stage = payment.PayoutPaid
	case "failed", "canceled":
		f.Payout.Stage = payment.PayoutFailed
	}
	var err error
	f.Payout.Amount, err = money(o.Amount, o.Currency)
	return f, err
}
