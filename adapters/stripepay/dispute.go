package stripepay

import (
	"cmp"
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet/payment"
)

// dispute is what a dispute says. Its balance transactions are all that it moved so far, so that every
// message is enough by itself.
type dispute struct {
	ID                  string               `json:"id"`
	PaymentIntent       reference            `json:"payment_intent"`
	Charge              reference            `json:"charge"`
	Amount              int64                `json:"amount"`
	Currency            string               `json:"currency"`
	Status              string               `json:"status"`
	Reason              string               `json:"reason"`
	BalanceTransactions []balanceTransaction `json:"balance_transactions"`
	EvidenceDetails     struct {
		DueBy int64 `json:"due_by"`
	} `json:"evidence_details"`
}

func disputeFact(o dispute) (payment.Fact, error) {
	f := payment.Fact{
		// A dispute of a charge that was made without an intent is one of the charge.
		Kind: payment.Disputed, Payment: cmp.Or(string(o.PaymentIntent), string(o.Charge)),
		Dispute: &payment.DisputeFact{ID: o.ID, Status: payment.DisputeStatus(o.Status), Reason: o.Reason},
	}
	if due := o.EvidenceDetails.DueBy; due > 0 {
		f.Dispute.DueBy = time.Unix(due, 0).UTC()
	}
	var err error
	if f.Dispute.Amount, err = money(o.Amount, o.Currency); err != nil {
		return payment.Fact{}, err
	}
	for _, t := range o.BalanceTransactions {
		moved, err := t.movement()
		if err != nil {
			return payment.Fact{}, err
		}
		f.Dispute.Movements = append(f.Dispute.Movements, moved)
	}
	return f, nil
}

// money is an amount of either sign in minor units.
func money(minor int64, currency string) (ledger.Money, error) {
	if minor < -MaxMinor || minor > MaxMinor {
		return ledger.Money{}, fmt.Errorf("an amount of %d", minor)
	}
	return ledger.Money{Amount: amount(minor, currency), Asset: asset(currency)}, nil
}
