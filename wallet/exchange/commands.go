package exchange

import (
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
)

// The types of the commands of exchanges. Data is the command's struct as JSON.
const (
	CommandSetRate      = "set-exchange-rate"
	CommandWithdrawRate = "withdraw-exchange-rate"
	CommandIssueQuote   = "issue-quote"
	CommandExchange     = "exchange"
)

// SetRate lists a pair, or replaces what is said of it. Quotes that are out stand. For finance.
//
// Refusals: the ledger's ErrInvalidField, ErrUnknownAsset, ErrAmountScale, ErrVersionMismatch.
type SetRate struct {
	// From is sold and To is bought: two assets.
	From string `json:"from"`
	To   string `json:"to"`
	// Rate is the mid rate: how many units of To one unit of From is worth. Above zero, at most MaxRateDigits.
	Rate string `json:"rate"`
	// Spread is in percent of the rate: zero or more and below 100, at most MaxSpreadDecimals; nil for none.
	Spread *string `json:"spread,omitempty"`
	// MinAmount is the least of From that is exchanged at once; nil for what buys DefaultLeastUnits of To. A unit of
	// From is as good as none.
	MinAmount *string `json:"min_amount,omitempty"`
	// ValidFor is how long quotes stand, in whole seconds, MinValidFor to MaxValidFor; nil for DefaultValidFor.
	ValidFor *int64 `json:"valid_for,omitempty"`
	// IfVersion, if not nil, is the version that the pair must have; 0 for one that is not listed.
	IfVersion *int64 `json:"if_version,omitempty"`
}

// WithdrawRate takes a pair off the table. Quotes that are out stand. For finance.
//
// Refusals: ErrRateNotFound, and the ledger's ErrVersionMismatch.
type WithdrawRate struct {
	From      string `json:"from"`
	To        string `json:"to"`
	IfVersion *int64 `json:"if_version,omitempty"`
}

// Side is what is paid, or what is bought: an asset, and how much of it if that is named.
type Side struct {
	// Amount is at the asset's scale; empty for any.
	Amount string `json:"amount,omitempty"`
	Asset  string `json:"asset"`
}

// IssueQuote promises a rate. At most one side names an amount; with neither, the exchange does.
//
// Refusals: ErrTermsForbidden, ErrRateNotFound (unless Rate is named), ErrTooSmall (with [Least]), ErrTooLarge,
// and the ledger's ErrInvalidField, ErrUnknownAsset, ErrAmountScale.
type IssueQuote struct {
	As wallet.As `json:"as"`
	// Owner is who may use the quote. Only a service or finance names somebody else than itself.
	Owner string `json:"owner"`
	From  Side   `json:"from"`
	To    Side   `json:"to"`
	// Rate is the customer's, in the form of [SetRate]; nil for the table's.
	Rate *string `json:"rate,omitempty"`
}

// Exchange uses a quote.
//
// Refusals: ErrQuoteNotFound, ErrQuoteUsed (with [Used]), ErrQuoteExpired (with [Expired]), ErrTooSmall (with
// [Least]), ErrTooLarge; the wallet's ErrWalletNotFound, ErrWalletFrozen, ErrWalletClosed, ErrSpendingLimitExceeded;
// the ledger's ErrInvalidField, ErrAmountScale, ErrReferenceTaken, ErrInsufficientFunds.
type Exchange struct {
	As      wallet.As `json:"as"`
	QuoteID string    `json:"quote_id"`
	// WalletID pays.
	WalletID string `json:"wallet_id"`
	// ToWallet gets what is bought; empty for the one that pays.
	ToWallet string `json:"to_wallet,omitempty"`
	// Amount is what is paid if, and only if, the quote names no amounts.
	Amount      *ledger.Money     `json:"amount,omitempty"`
	Description string            `json:"description,omitempty"`
	Reference   string            `json:"reference,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
}

// payee is the wallet that gets what is bought.
func (c *Exchange) payee() string {
	if c.ToWallet == "" {
		return c.WalletID
	}
	return c.ToWallet
}
