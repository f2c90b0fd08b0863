package ledger

import (
	"strings"

	"github.com/shopspring/decimal"
)

// formError is what is wrong with the form of a text, in words for whoever wrote it.
type formError string

// Error implements error.
func (e formError) Error() string { return string(e) }

// What can be wrong with the form of an amount.
const (
	ErrAmountForm   = formError(`want digits with an optional fraction, such as "10.50": no sign, exponent, space or superfluous zero in front`)
	ErrAmountSigned = formError(`want digits with an optional fraction and an optional minus, such as "-10.50"`)
	ErrAmountDigits = formError("want at most 60 digits in all")
	ErrAmountZero   = formError("want an amount greater than zero")
)

// smallDigits is how many digits fit an int64, whatever they are.
const smallDigits = 18

// ParseAmount reads an amount as clients write it: "10.50". It has at most MaxDigits digits and is
// greater than zero; the decimals it was written with are kept.
//
// Errors: ErrAmountForm, ErrAmountDigits, ErrAmountZero.
func ParseAmount(text string) (decimal.Decimal, error) {
	if err := CheckAmount(text); err != nil {
		return decimal.Decimal{}, err
	}
	point, _ := scanAmount(text)
	return decimalOf(text, point), nil
}

// CheckAmount reports nil when text is an amount. It is ParseAmount without the arithmetic. Errors:
// as [ParseAmount].
func CheckAmount(text string) error {
	if _, err := scanAmount(text); err != nil {
		return err
	}
	if strings.Trim(text, "0.") == "" {
		return ErrAmountZero
	}
	return nil
}

// ParseSigned reads a balance or a minimum as clients write it: "-10.50", "0". It may be negative
// or zero, but not "-0".
//
// Errors: ErrAmountSigned, ErrAmountDigits.
func ParseSigned(text string) (decimal.Decimal, error) {
	digits, negative := strings.CutPrefix(text, "-")
	point, err := scanAmount(digits)
	if err == ErrAmountForm { //nolint:errorlint // the scanner's own value, never wrapped
		return decimal.Decimal{}, ErrAmountSigned
	}
	if err != nil {
		return decimal.Decimal{}, err
	}
	d := decimalOf(digits, point)
	if !negative {
		return d, nil
	}
	if d.Sign() == 0 {
		return decimal.Decimal{}, ErrAmountSigned
	}
	return d.Neg(), nil
}

// scanAmount checks the form of an unsigned amount and returns where its point is, len(text) when
// it has none.
func scanAmount(text string) (point int, err error) {
	point = len(text)
	digits := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && point == len(text) && i > 0 && i < len(text)-1:
			point = i
		default:
			return 0, ErrAmountForm
		}
	}
	switch {
	case digits == 0, point > 1 && text[0] == '0':
		return 0, ErrAmountForm
	case digits > MaxDigits:
		return 0, ErrAmountDigits
	}
	return point, nil
}

// decimalOf makes the decimal of a text that was scanned.
func decimalOf(text string, point int) decimal.Decimal {
	if len(text) > smallDigits {
		d, err := decimal.NewFromString(text)
		if err != nil {
			panic("ledger: a scanned amount is no decimal: " + err.Error())
		}
		return d
	}
	var n int64
	for i := 0; i < len(text); i++ {
		if i != point {
			n = n*10 + int64(text[i]-'0')
		}
	}
	return decimal.New(n, -int32(max(len(text)-point-1, 0)))
}

// atScale returns d with exactly scale decimals; ok is false when d has more, zeros included, since
// what was written with more decimals than the asset has was meant for another asset.
func atScale(d decimal.Decimal, scale int32) (_ decimal.Decimal, ok bool) {
	if d.Exponent() < -scale {
		return d, false
	}
	return d.Round(scale), true
}

// format writes d with all of its decimals: 10.50 stays 10.50.
func format(d decimal.Decimal) string {
	if e := d.Exponent(); e < 0 {
		return d.StringFixed(-e)
	}
	return d.String()
}

// Money is an amount with its asset, as clients write it and as events keep it. Whether Amount may
// be negative is for the field to say.
type Money struct {
	Amount string `json:"amount"`
	Asset  string `json:"asset"`
}
