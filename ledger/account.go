package ledger

import (
	"strings"

	"github.com/florinledger/florin/ledger/journal"
)

// The roots of the chart of accounts. The root gives an account its type and its normal side.
const (
	Assets      = "assets"
	Liabilities = "liabilities"
	Equity      = "equity"
	Income      = "income"
	Expenses    = "expenses"
)

// What can be wrong with the form of an address.
const (
	ErrAddressRoot    = formError("want an address that begins with assets:, liabilities:, equity:, income: or expenses:")
	ErrAddressSegment = formError("want segments of A-Z, a-z, 0-9, _, . and - between the colons")
	ErrAddressLength  = formError("want at most 256 bytes and 16 segments")
)

// Address is where an account stands in the chart of accounts: a root and further segments, such as
// liabilities:user:a.
type Address string

// CheckAddress reports nil when text is an address. Errors: ErrAddressRoot, ErrAddressSegment,
// ErrAddressLength.
func CheckAddress(text string) error {
	if len(text) > MaxAddress {
		return ErrAddressLength
	}
	root, rest, _ := strings.Cut(text, ":")
	switch root {
	case Assets, Liabilities, Equity, Income, Expenses:
	default:
		return ErrAddressRoot
	}
	segments, length := 2, 0
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '.', c == '-':
			length++
		case c == ':' && length > 0:
			segments, length = segments+1, 0
		default:
			return ErrAddressSegment
		}
	}
	switch {
	case length == 0:
		return ErrAddressSegment
	case segments > MaxSegments:
		return ErrAddressLength
	}
	return nil
}

// Root returns the first segment, which is the account's type.
func (a Address) Root() string {
	root, _, _ := strings.Cut(string(a), ":")
	return root
}

// NormalSide returns the side that makes the account's balance grow: debit for assets and expenses,
// credit for the others.
func (a Address) NormalSide() journal.Side {
	if strings.HasPrefix(string(a), Assets+":") || strings.HasPrefix(string(a), Expenses+":") {
		return journal.Debit
	}
	return journal.Credit
}
