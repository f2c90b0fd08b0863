package exchange

import (
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// The refusals of exchanges. Members named here are those of the problem. Wallets and the ledger add their own.
var (
	// ErrRateNotFound: the pair is not listed.
	ErrRateNotFound = journal.Refuse("exchange-rate-not-found", "The pair of assets is not listed in the table of rates.")
	// ErrTermsForbidden: a user named a rate, or somebody else as the quote's owner.
	ErrTermsForbidden = journal.Refuse("quote-terms-forbidden", "Only a service or finance names a rate, or has a quote issued for somebody else.")

	// ErrQuoteNotFound: there is no such quote, or it is somebody else's.
	ErrQuoteNotFound = journal.Refuse("quote-not-found", "There is no such quote.")
	// ErrQuoteUsed: the quote was used before. Members: [Used].
	ErrQuoteUsed = journal.Refuse("quote-used", "The quote was used: a quote is good for one exchange.")
	// ErrQuoteExpired: the quote's time is over. Members: [Expired].
	ErrQuoteExpired = journal.Refuse("quote-expired", "The quote has expired.")

	// ErrTooSmall: the amount comes to nothing, or is below the pair's minimum. Members, of the latter: [Least].
	ErrTooSmall = journal.Refuse("exchange-too-small", "The amount is too small to be exchanged.")
	// ErrTooLarge: what the amount comes to has more digits than an amount may have.
	ErrTooLarge = journal.Refuse("exchange-too-large", "The amount comes to more than can be booked.")
)

// Used is what a quote was used for: the members of ErrQuoteUsed.
type Used struct {
	TransactionID string `json:"transaction_id"`
}

// Expired is when a quote expired: the members of ErrQuoteExpired.
type Expired struct {
	ExpiresAt time.Time `json:"expires_at"`
}

// Least is what must be paid at least: the members of ErrTooSmall.
type Least struct {
	MinAmount ledger.Money `json:"min_amount"`
}

// refusals are all of them, for the registry.
func refusals() []*journal.Refusal {
	return []*journal.Refusal{
		ErrRateNotFound, ErrTermsForbidden, ErrQuoteNotFound, ErrQuoteUsed, ErrQuoteExpired, ErrTooSmall, ErrTooLarge,
	}
}
