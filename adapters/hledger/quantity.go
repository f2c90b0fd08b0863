package hledger

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
)

// Quantity is a number as hledger writes it: Mantissa × 10^-Places. The member floatingPoint beside
// them has been rounded to a float and is not read.
type Quantity struct {
	Mantissa jsontext.Value `json:"decimalMantissa"`
	Places   int32          `json:"decimalPlaces"`
}

// What can be wrong with a quantity.
var (
	errDigits = fmt.Errorf("it has more than %d digits", ledger.MaxDigits)
	errPlaces = fmt.Errorf("it has %d decimals or more, and hledger cuts off what comes after the tenth when it writes JSON: "+
		"import this one as JSON Lines", maxPlaces+1)
	errMantissa = errors.New("it has no number that can be read exactly")
)

// Decimal returns the number with the decimals that it was written with.
//
// Errors: errMantissa, errDigits, errPlaces.
func (q Quantity) Decimal() (decimal.Decimal, error) {
	if q.Mantissa.Kind() != '0' || q.Places < 0 { // jsontext's kind of a number
		return decimal.Decimal{}, errMantissa
	}
	// A long mantissa comes with an exponent: 1.5e24.
	mantissa, err := decimal.NewFromString(string(q.Mantissa))
	if err != nil {
		return decimal.Decimal{}, errMantissa
	}
	if e := mantissa.Exponent(); e > maxExponent || e < -maxExponent {
		return decimal.Decimal{}, errDigits
	}
	if !mantissa.IsInteger() {
		return decimal.Decimal{}, errMantissa
	}
	whole := mantissa.Truncate(0)
	if e := whole.Exponent(); e > 0 { // so that its places are counted from its last digit
		whole = decimal.NewFromBigInt(whole.BigInt(), 0)
	}
	switch {
	case whole.NumDigits() > ledger.MaxDigits:
		return decimal.Decimal{}, errDigits
	case q.Places > maxPlaces:
		return decimal.Decimal{}, errPlaces
	}
	return whole.Shift(-q.Places), nil
}

// plain writes a number as Florin takes amounts: digits and point, at least places decimals.
func plain(d decimal.Decimal, places int32) string {
	return d.StringFixed(max(places, significant(d)))
}

// significant is how many decimals d has once zeros at the end are cut.
func significant(d decimal.Decimal) int32 {
	for e := -d.Exponent(); e > 0; e-- {
		if !d.Equal(d.Truncate(e - 1)) {
			return e
		}
	}
	return 0
}
