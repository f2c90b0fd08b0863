package wallets

import (
	"context"
	"fmt"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
	wallets "github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/schedule"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// What others are told of by webhooks. The shapes that no operation answers are those of openapi.yaml, by the same names.

// HoldAt shows a hold as an event left it.
func (h *Handlers) HoldAt(ctx context.Context, e *journal.Event) (any, error) {
	return h.HoldAfter(ctx, journal.Answer{Events: []journal.Event{*e}})
}

// OpenedWallet shows a wallet as it was opened.
func (h *Handlers) OpenedWallet(_ context.Context, e *journal.Event) (any, error) {
	w, err := wallet.ShowWallet(e)
	return walletOf(w, nil), err
}

// WalletAt shows a wallet with the status that an event has given it, and otherwise as it is when it is shown.
func (h *Handlers) WalletAt(ctx context.Context, e *journal.Event) (any, error) {
	var id string
	var status wallet.Status
	switch body := e.Body.(type) {
	case wallet.Frozen:
		id, status = body.WalletID, wallet.StatusFrozen
	case wallet.Unfrozen:
		id, status = body.WalletID, wallet.StatusOpen
	case wallet.Closed:
		id, status = body.WalletID, wallet.StatusClosed
	}
	if _, err := h.Positions.Await(ctx, e.Position, query.Accounts, wallets.Wallets); err != nil {
		return nil, fmt.Errorf("wallet %s at event %d: %w", id, e.Position, err)
	}
	w, ok, err := h.ports.Wallets.Wallet(ctx, id)
	if err != nil || !ok {
		return nil, fmt.Errorf("wallet %s at event %d (found %t): %w", id, e.Position, ok, err)
	}
	w.Status, w.Version = status, e.Position
	shown, err := h.walletsOf(ctx, []wallet.Wallet{w})
	if err != nil {
		return nil, err
	}
	return shown[0], nil
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

// WithdrawalStep shows a withdrawal as an event left it.
func (h *Handlers) WithdrawalStep(_ context.Context, e *journal.Event) (any, error) {
	var step withdrawal.Step
	switch b := e.Body.(type) {
	case withdrawal.Requested:
		return webhookWithdrawal{b.WithdrawalID, b.WalletID, handling.Money(b.Amount), withdrawal.StatusRequested, "", handling.TransactionID(e)}, nil
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
		return nil, handling.NotShown(e)
	}
	return webhookWithdrawal{step.WithdrawalID, step.WalletID, handling.Money(step.Amount), step.Status, step.Reason, handling.TransactionID(e)}, nil
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

// ScheduleRefused shows a transfer that was not made, and why.
func (h *Handlers) ScheduleRefused(_ context.Context, e *journal.Event) (any, error) {
	b, ok := e.Body.(schedule.Refused)
	if !ok {
		return nil, handling.NotShown(e)
	}
	return webhookSchedule{
		b.ScheduleID, b.Transfer.FromWallet, b.Transfer.ToWallet, handling.Money(b.Transfer.Amount), handling.Time(b.Occurrence),
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

// AlertFired shows which mark a balance has passed.
func (h *Handlers) AlertFired(_ context.Context, e *journal.Event) (any, error) {
	b, ok := e.Body.(alert.Fired)
	if !ok {
		return nil, handling.NotShown(e)
	}
	return webhookAlert{b.AlertID, b.WalletID, b.Asset, b.Below, b.Above, b.Balance, b.TransactionID, handling.Time(b.At)}, nil
}
