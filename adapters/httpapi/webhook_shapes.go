package httpapi

import (
	"context"
	"fmt"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/alert"
	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/schedule"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// What is sent that no operation answers. The shapes are those of openapi.yaml, by the same names.

// webhookPayment is what a provider said of a payment.
type webhookPayment struct {
	Provider      string    `json:"provider"`
	ProviderRef   string    `json:"provider_ref"`
	WalletID      string    `json:"wallet_id,omitempty"`
	Amount        api.Money `json:"amount"`
	TransactionID string    `json:"transaction_id,omitempty"`
}

func (h *Handlers) paymentAt(_ context.Context, e *journal.Event) (any, error) {
	show := func(provider, ref, walletID string, amount ledger.Money) (any, error) {
		return webhookPayment{provider, ref, walletID, moneyOf(amount), transactionIDOf(e)}, nil
	}
	switch b := e.Body.(type) {
	case payment.Received:
		return show(b.Provider, b.Payment, b.WalletID, b.Amount)
	case payment.Refunded:
		return show(b.Provider, b.Payment, b.WalletID, b.Amount)
	case payment.Assigned:
		return show(b.Provider, b.Payment, b.WalletID, b.Amount)
	}
	return nil, notShown(e)
}

// webhookWithdrawal is how a withdrawal stands, without where its money goes, which is its owner's to read.
type webhookWithdrawal struct {
	ID            string            `json:"id"`
	WalletID      string            `json:"wallet_id"`
	Amount        api.Money         `json:"amount"`
	Status        withdrawal.Status `json:"status"`
	Reason        string            `json:"reason,omitempty"`
	TransactionID string            `json:"transaction_id,omitempty"`
}

func (h *Handlers) withdrawalStep(_ context.Context, e *journal.Event) (any, error) {
	var step withdrawal.Step
	switch b := e.Body.(type) {
	case withdrawal.Requested:
		return webhookWithdrawal{b.WithdrawalID, b.WalletID, moneyOf(b.Amount), withdrawal.StatusRequested, "", transactionIDOf(e)}, nil
	case withdrawal.Approved:
		step = b.Step
	case withdrawal.Sent:
		step = b.Step
	case withdrawal.Settled:
		step = b.Step
	case withdrawal.Failed:
		step = b.Step
	case withdrawal.Canceled:
		step = b.Step
	default:
		return nil, notShown(e)
	}
	return webhookWithdrawal{step.WithdrawalID, step.WalletID, moneyOf(step.Amount), step.Status, step.Reason, transactionIDOf(e)}, nil
}

// webhookSchedule is a transfer that a schedule was to make.
type webhookSchedule struct {
	ID         string         `json:"id"`
	FromWallet string         `json:"from_wallet"`
	ToWallet   string         `json:"to_wallet"`
	Amount     api.Money      `json:"amount"`
	Occurrence time.Time      `json:"occurrence"`
	Problem    webhookProblem `json:"problem"`
}

// webhookProblem is why it was not made.
type webhookProblem struct {
	Code   string `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail,omitempty"`
}

func (h *Handlers) scheduleRefused(_ context.Context, e *journal.Event) (any, error) {
	b, ok := e.Body.(schedule.Refused)
	if !ok {
		return nil, notShown(e)
	}
	return webhookSchedule{
		b.ScheduleID, b.Transfer.FromWallet, b.Transfer.ToWallet, moneyOf(b.Transfer.Amount), shown(b.Occurrence),
		webhookProblem{b.Problem.Code, b.Problem.Title, b.Problem.Detail},
	}, nil
}

// webhookAlert is a balance that went across a mark.
type webhookAlert struct {
	AlertID       string    `json:"alert_id"`
	WalletID      string    `json:"wallet_id"`
	Asset         string    `json:"asset"`
	Below         string    `json:"below,omitempty"`
	Above         string    `json:"above,omitempty"`
	Balance       string    `json:"balance"`
	TransactionID string    `json:"transaction_id"`
	At            time.Time `json:"at"`
}

func (h *Handlers) alertFired(_ context.Context, e *journal.Event) (any, error) {
	b, ok := e.Body.(alert.Fired)
	if !ok {
		return nil, notShown(e)
	}
	return webhookAlert{b.AlertID, b.WalletID, b.Asset, b.Below, b.Above, b.Balance, b.TransactionID, shown(b.At)}, nil
}

// transactionIDOf is the id of the transaction that an event is; empty when it is none.
func transactionIDOf(e *journal.Event) string {
	if len(e.Postings) == 0 {
		return ""
	}
	return e.TransactionID()
}

func notShown(e *journal.Event) error {
	return fmt.Errorf("event %d, a %s, has another body than its type says", e.Position, e.Type)
}
