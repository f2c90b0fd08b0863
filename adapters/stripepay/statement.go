package stripepay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/recon"
	"github.com/florinledger/florin/wallet/payment"
)

// Statement is what Stripe holds for us, line by line: its balance transactions, whatever the books make of them.
type Statement struct{ balance *Balance }

var _ recon.Statement = (*Statement)(nil)

// NewStatement returns the statement of the account of a gateway.
func NewStatement(gateway *Gateway, livemode bool) *Statement {
	return &Statement{NewBalance(gateway, livemode)}
}

// Lines implements recon.Statement. A payout's first line says how far the payout is by now.
func (s *Statement) Lines(ctx context.Context, from, until time.Time, each func(recon.Line) error) error {
	return s.balance.BalanceTransactions(ctx, from, until, func(m payment.Message, unread error) error {
		if unread != nil {
			l, err := unreadable(m.Body, unread)
			if err != nil {
				return err
			}
			return each(l)
		}
		l, err := payment.LineOf(m.Fact)
		if err != nil {
			return err
		}
		if m.Fact.Settlement.Of == payment.OfPayout && m.Fact.Settlement.Type == "payout" {
			l.Stage = stageOf(m.Body)
		}
		return each(l)
	})
}

// stageOf is how far a payout is by now that a balance transaction is of, whose form was checked when it was read.
func stageOf(body []byte) string {
	var t struct{ Source payout }
	if json.Unmarshal(body, &t) != nil {
		return ""
	}
	f, err := payoutFact(t.Source)
	if err != nil {
		return ""
	}
	return string(f.Payout.Stage)
}

// unreadable is the line of a balance transaction that the books cannot take: what it moves counts all the same.
func unreadable(body []byte, why error) (recon.Line, error) {
	var t balanceTransaction
	if err := json.Unmarshal(body, &t); err != nil || t.ID == "" || t.Created <= 0 {
		return recon.Line{}, fmt.Errorf("stripe: a balance transaction cannot be read: %w", errors.Join(err, why))
	}
	source, err := t.source()
	if err != nil {
		source.ID = ""
	}
	e := exponent(t.Currency)
	return recon.Line{
		ID: t.ID, At: time.Unix(t.Created, 0).UTC(), Asset: asset(t.Currency), Type: t.Type, Reference: source.ID, Of: "line/" + t.ID,
		Amount: decimal.New(t.Amount, -e), Fee: decimal.New(t.Fee, -e), Fault: why.Error(),
	}, nil
}
