package wallet

import (
	"time"

	"github.com/florinledger/florin/ledger"
)

// The types of the commands of wallets. Data is the command's struct as JSON.
const (
	CommandOpenWallet       = "open-wallet"
	CommandChangeWallet     = "change-wallet"
	CommandFreezeWallet     = "freeze-wallet"
	CommandUnfreezeWallet   = "unfreeze-wallet"
	CommandCloseWallet      = "close-wallet"
	CommandSetCreditLimit   = "set-credit-limit"
	CommandSetSpendingLimit = "set-spending-limit"
	CommandTransfer         = "transfer"
	CommandTransferBatch    = "transfer-batch"
	CommandSplit            = "split"
	CommandCreditWallet     = "credit-wallet"
	CommandDebitWallet      = "debit-wallet"
	CommandPlaceHold        = "place-hold"
	CommandCaptureHold      = "capture-hold"
	CommandReleaseHold      = "release-hold"
	CommandIncreaseHold     = "increase-hold"
	CommandExpireHolds      = "expire-holds"
)

// OpenWallet opens a wallet. Its event's body has the wallet's id.
//
// Refusals: ErrInvalidField (the ledger's), ErrOwnerForbidden.
type OpenWallet struct {
	As As `json:"as"`
	// Owner is the principal whose money it will be. Only a service names somebody else than itself.
	Owner    string            `json:"owner"`
	Name     string            `json:"name,omitempty"`
	Metadata map[string]string `json:"metadata,omitempty"`
	// TimeZone is the name of the zone in the IANA database in which its days begin; empty for UTC.
	TimeZone string `json:"time_zone,omitempty"`
}

// ChangeWallet changes what its owner says of a wallet. With nothing to change it changes nothing.
//
// Refusals: ErrWalletNotFound, ErrWalletClosed, and the ledger's ErrInvalidField, ErrVersionMismatch;
// ErrTimeZoneForbidden.
type ChangeWallet struct {
	As       As     `json:"as"`
	WalletID string `json:"wallet_id"`
	// IfVersion, if not nil, is the version that the wallet must have.
	IfVersion *int64 `json:"if_version,omitempty"`
	Changes
}

// Changes are what changes of a wallet; what is nil stays.
type Changes struct {
	Name *string `json:"name,omitempty"`
	// Metadata replaces all of it.
	Metadata *map[string]string `json:"metadata,omitempty"`
	// TimeZone is a name in the IANA database.
	TimeZone *string `json:"time_zone,omitempty"`
}

// FreezeWallet stops what goes out of a wallet. Freezing what is frozen changes nothing. For services and
// finance; so is UnfreezeWallet.
//
// Refusals: ErrWalletNotFound, ErrWalletClosed, and the ledger's ErrInvalidField.
type FreezeWallet struct {
	WalletID string `json:"wallet_id"`
	Reason   string `json:"reason"`
}

// UnfreezeWallet lets a wallet give out again. Unfreezing what is open changes nothing.
//
// Refusals: ErrWalletNotFound, ErrWalletClosed, and the ledger's ErrInvalidField.
type UnfreezeWallet struct {
	WalletID string `json:"wallet_id"`
	Reason   string `json:"reason"`
}

// CloseWallet ends a wallet that is empty. Closing what is closed changes nothing.
//
// Refusals: ErrWalletNotFound, ErrWalletNotEmpty (with [Left]), and the ledger's ErrInvalidField.
type CloseWallet struct {
	As       As     `json:"as"`
	WalletID string `json:"wallet_id"`
	Reason   string `json:"reason"`
}

// SetCreditLimit says how far below zero a wallet's available may go in an asset; zero for not at all. For
// finance.
//
// Refusals: ErrWalletNotFound, ErrWalletClosed, ErrCreditLimitInUse (with [Used]), and the ledger's
// ErrInvalidField, ErrUnknownAsset, ErrAmountScale.
type SetCreditLimit struct {
	WalletID string `json:"wallet_id"`
	// Limit is zero or more, with at most as many decimals as its asset.
	Limit ledger.Money `json:"limit"`
}

// SetSpendingLimit says how much a wallet may give out in an asset, at once and within a day: by transfers,
// splits, exchanges, debits, and holds when they are placed or increased. It replaces what there was; with neither
// there is no limit. For finance.
//
// Refusals: ErrWalletNotFound, ErrWalletClosed, and the ledger's ErrInvalidField, ErrUnknownAsset, ErrAmountScale.
type SetSpendingLimit struct {
	WalletID string `json:"wallet_id"`
	Asset    string `json:"asset"`
	// PerTransaction and PerDay are zero or more, with at most as many decimals as the asset; nil for any
	// amount.
	PerTransaction *string `json:"per_transaction,omitempty"`
	PerDay         *string `json:"per_day,omitempty"`
}

// NewTransfer is what a caller says of a transfer.
type NewTransfer struct {
	FromWallet  string            `json:"from_wallet"`
	ToWallet    string            `json:"to_wallet"`
	Amount      ledger.Money      `json:"amount"`
	Description string            `json:"description,omitempty"`
	Reference   string            `json:"reference,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
}

// Transfer pays from one wallet to another.
//
// Refusals: ErrWalletNotFound (the caller's wallet, or the payee's), ErrWalletFrozen, ErrWalletClosed, and the
// ledger's ErrInvalidField, ErrUnknownAsset, ErrAmountScale, ErrReferenceTaken, ErrInsufficientFunds; ErrSpendingLimitExceeded (with [Exceeded]).
type Transfer struct {
	As As `json:"as"`
	NewTransfer
}

// TransferBatch makes up to the ledger's MaxBatch transfers in order, as [ledger.PostBatch] makes
// transactions; pointers begin with "/transfers/<index>". For services.
type TransferBatch struct {
	As        As            `json:"as"`
	Mode      ledger.Mode   `json:"mode"`
	Transfers []NewTransfer `json:"transfers"`
}

// Split pays from one wallet to many, in one transaction.
//
// Refusals: those of [Transfer]; ErrInvalidField also when the shares come to more than the amount, or to
// less and none of them is the rest.
type Split struct {
	As         As           `json:"as"`
	FromWallet string       `json:"from_wallet"`
	Amount     ledger.Money `json:"amount"`
	// To has 1 to MaxShares shares, of different wallets, at most one of them the rest.
	To          []Share           `json:"to"`
	Description string            `json:"description,omitempty"`
	Reference   string            `json:"reference,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
}

// Share is what one wallet gets of a split: exactly one of Amount, Percent and Rest.
type Share struct {
	Wallet string `json:"wallet"`
	// Amount is in the asset of the split.
	Amount *ledger.Money `json:"amount,omitempty"`
	// Percent is of the whole amount, such as 33.3; above 0 and at most 100.
	Percent string `json:"percent,omitempty"`
	// Rest is what the others leave.
	Rest bool `json:"rest,omitempty"`
}

// Adjustment is money that comes into a wallet, or goes out of it, against a named account: what finance
// books by hand.
type Adjustment struct {
	WalletID string       `json:"wallet_id"`
	Amount   ledger.Money `json:"amount"`
	// Account is the other side, in the ledger main; no domain owns it.
	Account     string            `json:"account"`
	Description string            `json:"description,omitempty"`
	Reference   string            `json:"reference,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
}

// CreditWallet puts money into a wallet, from an account. For services and finance; so is [DebitWallet].
//
// Refusals: ErrWalletNotFound, ErrWalletClosed, and the ledger's ErrInvalidField, ErrOwnedAccount,
// ErrUnknownAsset, ErrAmountScale, ErrReferenceTaken, and ErrAccountFrozen or ErrInsufficientFunds of an
// account that would lose by it.
type CreditWallet Adjustment

// DebitWallet takes money out of a wallet, to an account: as much as is available, and the credit.
//
// Refusals: those of [CreditWallet], ErrWalletFrozen, and the ledger's ErrInsufficientFunds of the wallet.
type DebitWallet Adjustment

// IncreaseHold sets more of the payer's money aside for the same payee.
//
// For a service, or the payer. Refusals: ErrHoldNotFound, ErrForbiddenForPayee, ErrHoldExpired (with
// [HoldExpiry]), ErrHoldClosed (with [HoldEnd]), ErrWalletFrozen, and the ledger's ErrInvalidField, ErrAmountScale, ErrInsufficientFunds.
type IncreaseHold struct {
	As     As           `json:"as"`
	HoldID string       `json:"hold_id"`
	Amount ledger.Money `json:"amount"`
}

// PlaceHold sets money of a wallet aside. At most one of ToWallet and ToAccount names the payee; a
// hold without one is captured by a service, which names it then.
//
// Amount is greater than zero, with at most as many decimals as its asset. At most one of ExpiresAt
// and ExpiresIn says when it expires; with neither it never does.
//
// Refusals: ErrWalletNotFound (the caller's wallet, or the payee's), ErrWalletFrozen,
// ErrTooManyExpiring, and the ledger's ErrInvalidField, ErrUnknownAsset, ErrAmountScale,
// ErrOwnedAccount, ErrInsufficientFunds.
type PlaceHold struct {
	As       As           `json:"as"`
	WalletID string       `json:"wallet_id"`
	Amount   ledger.Money `json:"amount"`
	Payee
	// ExpiresAt lies in the future of the decision, at most MaxExpiry ahead.
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
	// ExpiresIn counts whole seconds from the decision on, 1 to MaxExpiry.
	ExpiresIn   *int64            `json:"expires_in,omitempty"`
	Description string            `json:"description,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
}

// CaptureHold pays Amount of a hold to its payee; nil pays all that remains. What is left stays
// held, or with Final goes back to the wallet at once. The payee is named here if, and only if, the
// hold names none.
//
// For a service, or the owner of the payee's wallet. Refusals: ErrHoldNotFound,
// ErrForbiddenForPayer, ErrHoldExpired (with [HoldExpiry]), ErrHoldClosed (with [HoldEnd]),
// ErrCaptureTooLarge (with [Remaining]), ErrWalletNotFound (the payee's), and the ledger's ErrInvalidField, ErrAmountScale,
// ErrOwnedAccount, and ErrAccountFrozen or ErrInsufficientFunds of a payee's account that would
// lose by it.
type CaptureHold struct {
	As     As            `json:"as"`
	HoldID string        `json:"hold_id"`
	Amount *ledger.Money `json:"amount,omitempty"`
	Final  bool          `json:"final,omitempty"`
	Payee
}

// ReleaseHold gives what remains of a hold back to the wallet.
//
// For a service, or the owner of the payee's wallet. Refusals: ErrHoldNotFound,
// ErrForbiddenForPayer, ErrHoldExpired (with [HoldExpiry]), ErrHoldClosed (with [HoldEnd]), and the
// ledger's ErrInvalidField.
type ReleaseHold struct {
	As     As     `json:"as"`
	HoldID string `json:"hold_id"`
}

// ExpireHolds gives what remains of holds back because their time is over, and so with all others of
// their wallets that are due. Florin asks for it, when nobody has touched the wallets since; a hold
// that is over, or not there, needs nothing. The result is [HoldsLeft], if any are.
//
// Refusals: ErrHoldNotDue, when none is due.
type ExpireHolds struct {
	HoldIDs []string `json:"hold_ids"`
}

// HoldsLeft are the holds that did not expire: their time is to come, or the decision had become too
// large. They are asked for again.
type HoldsLeft struct {
	Left []string `json:"left"`
}

// Payee is who is paid: another wallet, an account of the ledger main that no domain owns, or, with
// both empty, nobody yet.
type Payee struct {
	ToWallet  string `json:"to_wallet,omitempty"`
	ToAccount string `json:"to_account,omitempty"`
}

// named reports whether there is a payee.
func (p Payee) named() bool { return p != Payee{} }
