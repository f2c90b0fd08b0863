package exchange

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// form is the wallets', with rates.
type form struct{ wallet.Form }

// pair checks the assets of a pair.
func (f *form) pair(from, to string) {
	f.Check("/from", ledger.CheckAssetCode(from))
	f.Check("/to", ledger.CheckAssetCode(to))
	if from == to {
		f.Addf("/to", "want another asset than the one that is sold")
	}
}

// rate checks a rate at /rate.
func (f *form) rate(text string) {
	if err := ledger.CheckAmount(text); err != nil {
		f.Addf("/rate", `want a decimal number greater than zero, such as "0.9215"`)
	} else if digits := strings.Replace(text, ".", "", 1); len(digits) > MaxRateDigits {
		f.Addf("/rate", "want at most %d digits in all", MaxRateDigits)
	}
}

// spread checks a spread at /spread.
func (f *form) spread(text string) {
	spread, err := ledger.ParseSigned(text)
	if err != nil || spread.IsNegative() || spread.GreaterThanOrEqual(hundred()) || spread.Exponent() < -MaxSpreadDecimals {
		f.Addf("/spread", `want percent, zero or more and below 100, with at most %d decimals, such as "0.5"`, MaxSpreadDecimals)
	}
}

// side checks one side of a quote.
func (f *form) side(pointer string, s Side) {
	f.Check(pointer+"/asset", ledger.CheckAssetCode(s.Asset))
	if s.Amount != "" {
		f.Check(pointer+"/amount", ledger.CheckAmount(s.Amount))
	}
}

// Validate reports what is wrong with the form of c. The assets stand in the path of the route: errors in them
// have the pointers "/from" and "/to".
func (c SetRate) Validate() []ledger.FieldError {
	var f form
	f.pair(c.From, c.To)
	f.rate(c.Rate)
	if c.Spread != nil {
		f.spread(*c.Spread)
	}
	if c.MinAmount != nil {
		f.Check("/min_amount", ledger.CheckAmount(*c.MinAmount))
	}
	least, most := int64(MinValidFor/time.Second), int64(MaxValidFor/time.Second)
	if c.ValidFor != nil && (*c.ValidFor < least || *c.ValidFor > most) {
		f.Addf("/valid_for", "want %d to %d seconds", least, most)
	}
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c IssueQuote) Validate() []ledger.FieldError {
	var f form
	if c.Owner == "" {
		f.Addf("/owner_id", "want the id of an owner")
	}
	f.Text("/owner_id", c.Owner, wallet.MaxOwner)
	f.side("/from", c.From)
	f.side("/to", c.To)
	if c.From.Asset == c.To.Asset {
		f.Addf("/to", "want another asset than the one that is paid")
	}
	if c.From.Amount != "" && c.To.Amount != "" {
		f.Addf("/to", "want an amount on one side: the rate says what the other comes to")
	}
	if c.Rate != nil {
		f.rate(*c.Rate)
	}
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c Exchange) Validate() []ledger.FieldError {
	var f form
	if _, err := journal.ParseID(quotePrefix, c.QuoteID); err != nil {
		f.Addf("/quote_id", "want a quote's id, quo_ and 26 characters")
	}
	f.WalletID("/wallet_id", c.WalletID)
	if c.ToWallet != "" {
		f.WalletID("/to_wallet", c.ToWallet)
	}
	if c.Amount != nil {
		f.Amount(*c.Amount)
	}
	f.Text("/description", c.Description, ledger.MaxDescription)
	f.Text("/reference", c.Reference, ledger.MaxReference)
	f.Metadata(c.Metadata)
	return f.Errors()
}

// amountAt reads an amount at its asset's scale; its refusals point below pointer.
func amountAt(s *journal.Scope, pointer string, m ledger.Money) (decimal.Decimal, error) {
	amount, err := wallet.Amount(s, m)
	if r := journal.AsRefusal(err); r != nil {
		return amount, r.At(pointer + strings.TrimPrefix(r.Pointer, "/amount"))
	}
	return amount, err
}

// plain writes a rate or a spread without superfluous zeros. It panics when text is no number: its form was
// checked.
func plain(text string) string {
	d, err := decimal.NewFromString(text)
	if err != nil {
		panic(fmt.Sprintf("exchange: %v", err))
	}
	return d.String()
}
