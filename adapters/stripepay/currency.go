package stripepay

import (
	"errors"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet/payment"
)

// ErrNotCharged says that an amount is not one that Stripe charges.
var ErrNotCharged = errors.New("no amount that Stripe charges")

// exponent is how many decimals Stripe's minor unit of a currency has. It is not the asset's scale:
// ISK and UGX have no decimals but are charged in hundredths (5 ISK is 500), and MGA is charged in
// whole ariary although ISO 4217 gives it two decimals.
//
// Source: https://docs.stripe.com/currencies (zero-decimal, three-decimal and special cases).
func exponent(currency string) int32 {
	switch currency {
	case "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf":
		return 0
	case "bhd", "jod", "kwd", "omr", "tnd":
		return 3
	}
	return 2
}

// asset is the code of the asset that a currency is.
func asset(currency string) string { return strings.ToUpper(currency) }

// currency is the one that an order's asset is.
func currency(o payment.Order) string { return strings.ToLower(o.Amount.Asset) }

// amount writes minor units as a decimal: 1050 of usd is "10.50", 500 of isk is "5.00".
func amount(minor int64, currency string) string {
	e := exponent(strings.ToLower(currency))
	return decimal.New(minor, -e).StringFixed(e)
}

// MinorUnits is an amount, in digits with an optional fraction, in the minor units of the currency
// with a code of three letters: "10.50" of USD is 1050, "1050" of JPY is 1050, "5" of ISK is 500.
//
// Errors: ErrNotCharged, for an amount or a currency that is none, more decimals than the currency
// has, or more than MaxMinor.
func MinorUnits(text, code string) (int64, error) {
	currency := strings.ToLower(code)
	if len(currency) != 3 || strings.Trim(currency, "abcdefghijklmnopqrstuvwxyz") != "" {
		return 0, fmt.Errorf("%w: %q is no currency of three letters", ErrNotCharged, code)
	}
	d, err := ledger.ParseAmount(text)
	if err != nil {
		return 0, fmt.Errorf("%w: %q: %w", ErrNotCharged, text, err)
	}
	minor := d.Shift(exponent(currency))
	switch {
	case !minor.IsInteger(), unbroken(currency) && !d.IsInteger():
		return 0, fmt.Errorf("%w: %s has more decimals than %s", ErrNotCharged, text, asset(currency))
	case minor.GreaterThan(decimal.New(MaxMinor, 0)):
		return 0, fmt.Errorf("%w: %s %s is too much", ErrNotCharged, text, asset(currency))
	}
	return minor.IntPart(), nil
}

// unbroken reports whether a currency is counted in hundredths and charged in wholes.
func unbroken(currency string) bool { return currency == "isk" || currency == "ugx" }
