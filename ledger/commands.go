package ledger

import "time"

// The types of the ledger's commands. Data is the command's struct as JSON.
const (
	CommandCreateLedger       = "create-ledger"
	CommandRegisterAsset      = "register-asset"
	CommandSetAccount         = "set-account"
	CommandPostTransaction    = "post-transaction"
	CommandPostBatch          = "post-batch"
	CommandReverseTransaction = "reverse-transaction"
)

// Line is one posting of a request.
type Line struct {
	// Account is an address, such as liabilities:user:a.
	Account string `json:"account"`
	// Side is "debit" or "credit".
	Side string `json:"side"`
	// Amount is greater than zero, with at most as many decimals as the asset's scale.
	Amount string `json:"amount"`
	Asset  string `json:"asset"`
}

// NewTransaction is what a caller says of a transaction.
type NewTransaction struct {
	Postings []Line `json:"postings"`
	// EffectiveAt is when it counts; nil for now. It may lie in the past, never in the future
	// beyond FutureTolerance.
	EffectiveAt *time.Time `json:"effective_at,omitempty"`
	// Reference is the caller's own name for it, unique in its ledger; empty for none.
	Reference     string            `json:"reference,omitempty"`
	Description   string            `json:"description,omitempty"`
	Metadata      map[string]string `json:"metadata,omitempty"`
	Preconditions []Precondition    `json:"preconditions,omitempty"`
}

// PostTransaction records one transaction.
//
// Refusals: ErrInvalidField, ErrAmountScale, ErrLedgerNotFound, ErrUnknownAsset, ErrUnbalanced,
// ErrOwnedAccount, ErrEffectiveInFuture, ErrReferenceTaken, ErrPreconditionFailed,
// ErrAccountFrozen, ErrInsufficientFunds; in that order.
type PostTransaction struct {
	Ledger string `json:"ledger"`
	NewTransaction
}

// Mode says whether the transactions of a batch stand or fall together.
type Mode string

// The modes of a batch.
const (
	// Independent: each is recorded or refused by itself.
	Independent Mode = "independent"
	// Atomic: all are recorded, or the first refusal is the answer for all.
	Atomic Mode = "atomic"
)

// PostBatch records up to MaxBatch transactions in order: each sees the balances that the ones
// before it left.
//
// An independent batch is done even when all of its transactions are refused; its result is a
// [BatchResult] when any is. Refusals of an atomic batch are those of [PostTransaction], with the
// transaction's index as a further member.
type PostBatch struct {
	Ledger       string           `json:"ledger"`
	Mode         Mode             `json:"mode"`
	Transactions []NewTransaction `json:"transactions"`
}

// ReverseTransaction records the opposite of a transaction: the same amounts, the sides swapped.
//
// Refusals: ErrInvalidField, ErrLedgerNotFound, ErrTransactionNotFound, ErrUseDomainUndo,
// ErrAlreadyReversed, and without Force ErrAccountFrozen and ErrInsufficientFunds.
type ReverseTransaction struct {
	Ledger string `json:"ledger"`
	// ID is the txn_… id of the transaction to reverse.
	ID     string `json:"id"`
	Reason string `json:"reason"`
	// Force passes over floors and freezes.
	Force bool `json:"force,omitempty"`
	// AtEffectiveTime gives the reversal the effective time of the transaction; without it the
	// reversal takes effect now.
	AtEffectiveTime bool `json:"at_effective_time,omitempty"`
}
