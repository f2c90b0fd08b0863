package stripepay

import (
	"strings"

	"github.com/shopspring/decimal"
)

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

// amount writes minor units as a decimal: 1050 of usd is "10.50", 500 of isk is "5.00".
func amount(minor int64, currency string) string {
	e := exponent(strings.ToLower(currency))
	return decimal.New(minor, -e).StringFixed(e)
}
