package exchange

import (
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// The types of the events of exchanges. Their shapes at schema 1 are frozen in testdata/events.
const (
	TypeRateSet       = "exchange-rate-set"
	TypeRateWithdrawn = "exchange-rate-withdrawn"
	TypeQuoteIssued   = "quote-issued"
	TypeExchanged     = "exchanged"
)

// RateSet says what is listed of a pair from now on. Rates and spreads, here and below, are written without
// superfluous zeros.
type RateSet struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Rate is the mid rate, Spread in percent of it.
	Rate   string `json:"rate"`
	Spread string `json:"spread"`
	// MinAmount is in From at its scale; empty for none, which is of pairs that were set before there was a default.
	MinAmount string `json:"min_amount,omitempty"`
	// ValidFor is in seconds.
	ValidFor int64 `json:"valid_for"`
	// CreatedAt is when the pair was listed.
	CreatedAt time.Time `json:"created_at"`
}

// RateWithdrawn says that a pair is listed no more.
type RateWithdrawn struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Quoted says what was promised, and to whom. Both sides have amounts, or neither.
type Quoted struct {
	QuoteID string `json:"quote_id"`
	// Owner is the principal who may use it.
	Owner string `json:"owner"`
	From  Side   `json:"from"`
	To    Side   `json:"to"`
	// Rate is the customer's: what Spread, in percent, leaves of MidRate.
	Rate    string `json:"rate"`
	MidRate string `json:"mid_rate"`
	Spread  string `json:"spread"`
	// MinAmount is what must be paid at least, in From at its scale; empty for none, as of a rate that was named.
	MinAmount string `json:"min_amount,omitempty"`
	// ExpiresAt is from when on it is good no more.
	ExpiresAt time.Time `json:"expires_at"`
}

// Exchanged says that a quote was used. The postings are those of the package's arithmetic.
type Exchanged struct {
	QuoteID string `json:"quote_id"`
	// WalletID paid From, and ToWallet, which may be the same, got To.
	WalletID string       `json:"wallet_id"`
	ToWallet string       `json:"to_wallet"`
	From     ledger.Money `json:"from"`
	To       ledger.Money `json:"to"`
	// Rate, MidRate and Spread are the quote's.
	Rate        string            `json:"rate"`
	MidRate     string            `json:"mid_rate"`
	Spread      string            `json:"spread"`
	Description string            `json:"description,omitempty"`
	Reference   string            `json:"reference,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
}

// TransactionReference implements [ledger.Referenced].
func (e Exchanged) TransactionReference() string { return e.Reference }

// Wallets returns who paid and who got what was bought, the payer first; one id when they are the same.
func (e Exchanged) Wallets() []string {
	if e.ToWallet == e.WalletID {
		return []string{e.WalletID}
	}
	return []string{e.WalletID, e.ToWallet}
}

// Register tells r what exchanges decide, evolve, record and refuse. It needs the registrations of ledger and
// wallet beside it.
func Register(r *journal.Registry) {
	journal.Decides(r, CommandSetRate, decideSetRate)
	journal.Decides(r, CommandWithdrawRate, decideWithdrawRate)
	journal.Decides(r, CommandIssueQuote, decideIssueQuote)
	journal.Decides(r, CommandExchange, decideExchange)

	journal.Records[RateSet](r, TypeRateSet, 1, nil)
	journal.Records[RateWithdrawn](r, TypeRateWithdrawn, 1, nil)
	journal.Records[Quoted](r, TypeQuoteIssued, 1, nil)
	journal.Records[Exchanged](r, TypeExchanged, 1, nil)

	journal.Holds(r, rates())
	journal.Holds(r, uses())

	r.Evolves(evolve)
	r.Refuses(refusals()...)
}

// IsType reports whether an event is one of this package.
func IsType(eventType string) bool {
	switch eventType {
	case TypeRateSet, TypeRateWithdrawn, TypeQuoteIssued, TypeExchanged:
		return true
	}
	return false
}

// evolve keeps the table, which quotes were used, and what wallets gave out.
func evolve(s *journal.Scope, e *journal.Event) {
	if !IsType(e.Type) {
		return
	}
	if err := s.Registry().Decode(e); err != nil {
		// State that passed over a fact would be wrong for ever.
		panic(fmt.Sprintf("exchange: evolve: %v", err))
	}
	switch body := e.Body.(type) {
	case RateSet:
		rates().Put(s, pairID(body.From, body.To), rate{
			Rate: body.Rate, Spread: body.Spread, MinAmount: body.MinAmount, ValidFor: body.ValidFor,
			CreatedAt: body.CreatedAt, Version: e.Position,
		})
	case RateWithdrawn:
		rates().Put(s, pairID(body.From, body.To), rate{})
	case Exchanged:
		uses().Put(s, body.QuoteID, use{By: e.TransactionID()})
		wallet.CountSpent(s, e, body.WalletID, body.From)
	}
}
