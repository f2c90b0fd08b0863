package httpapi

import (
	"context"
	"fmt"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
	wallets "github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/schedule"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// What others are told of by webhooks. The shapes that no operation answers are those of openapi.yaml, by the same names.

// holdAt shows a hold as an event left it.
func (h *walletsHandlers) holdAt(ctx context.Context, e *journal.Event) (any, error) {
	return h.holdAfter(ctx, journal.Answer{Events: []journal.Event{*e}})
}

// openedWallet shows a wallet as it was opened.
func (h *walletsHandlers) openedWallet(_ context.Context, e *journal.Event) (any, error) {
	w, err := wallet.ShowWallet(e)
	return walletOf(w, nil), err
}

// walletAt shows a wallet with the status that an event has given it, and otherwise as it is when it is shown.
func (h *walletsHandlers) walletAt(ctx context.Context, e *journal.Event) (any, error) {
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

func (h *walletsHandlers) withdrawalStep(_ context.Context, e *journal.Event) (any, error) {
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

func (h *walletsHandlers) scheduleRefused(_ context.Context, e *journal.Event) (any, error) {
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

func (h *walletsHandlers) alertFired(_ context.Context, e *journal.Event) (any, error) {
	b, ok := e.Body.(alert.Fired)
	if !ok {
		return nil, notShown(e)
	}
	return webhookAlert{b.AlertID, b.WalletID, b.Asset, b.Below, b.Above, b.Balance, b.TransactionID, shown(b.At)}, nil
}
