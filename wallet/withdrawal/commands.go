package withdrawal

import (
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/wallet"
)

// The types of the commands of withdrawals. Data is the command's struct as JSON.
const (
	CommandRequest = "request-withdrawal"
	CommandCancel  = "cancel-withdrawal"
	CommandApprove = "approve-withdrawal"
	CommandSend    = "send-withdrawal"
	CommandSettle  = "settle-withdrawal"
	CommandFail    = "fail-withdrawal"
)

// Request asks for money of a wallet to go out. The edge has checked where to, and sealed it for the wallet's
// owner.
//
// Refusals: the wallet's ErrWalletNotFound, ErrWalletFrozen, ErrWalletClosed, ErrSpendingLimitExceeded, and the
// ledger's ErrInvalidField, ErrUnknownAsset, ErrAmountScale, ErrReferenceTaken, ErrInsufficientFunds.
type Request struct {
	As       wallet.As `json:"as"`
	WalletID string    `json:"wallet_id"`
	// Amount is greater than zero, with at most as many decimals as its asset.
	Amount ledger.Money `json:"amount"`
	// DestinationType is what Destination says in sealed form.
	DestinationType Type              `json:"destination_type"`
	Destination     seal.Text         `json:"destination"`
	Description     string            `json:"description,omitempty"`
	Reference       string            `json:"reference,omitempty"`
	Metadata        map[string]string `json:"metadata,omitempty"`
}

// On is which withdrawal a command is about, and who asks. Its refusals are those of every command that has it:
// ErrNotFound, ErrWrongStatus (with [Standing]), and the ledger's ErrVersionMismatch, ErrInvalidField.
type On struct {
	As           wallet.As `json:"as"`
	WithdrawalID string    `json:"withdrawal_id"`
	// IfVersion, if not nil, is the version that the withdrawal must have.
	IfVersion *int64 `json:"if_version,omitempty"`
}

// Cancel gives the money back before it is sent: for the owner while nobody has approved it, for services and
// finance until it is sent.
type Cancel struct {
	On
	Reason string `json:"reason,omitempty"`
}

// Approve lets the money go. For finance.
//
// Refusals besides those of [On]: ErrSecondPerson, and the wallet's ErrWalletFrozen.
type Approve struct{ On }

// Send notes that the bank is given the order. For finance, who asks before giving it: a freeze stops it here.
//
// Refusals besides those of [On]: the wallet's ErrWalletFrozen.
type Send struct {
	On
	BankReference string `json:"bank_reference,omitempty"`
}

// Settle books that the bank has paid. For finance.
//
// Refusals besides those of [On]: the ledger's ErrEffectiveInFuture.
type Settle struct {
	On
	// BankReference takes the place of the one that [Send] gave, if it is not empty.
	BankReference string `json:"bank_reference,omitempty"`
	// SettledAt is when the bank paid, not before the withdrawal was requested; nil for now.
	SettledAt *time.Time `json:"settled_at,omitempty"`
}

// Fail books that the bank has not paid, or, of what was settled, that it gave the money back. For finance.
//
// Refusals besides those of [On]: the ledger's ErrEffectiveInFuture.
type Fail struct {
	On
	// Reason is shown to the owner.
	Reason string `json:"reason"`
	// FailedAt is when the money came back, not before the withdrawal was requested or settled; nil for now.
	FailedAt *time.Time `json:"failed_at,omitempty"`
}
