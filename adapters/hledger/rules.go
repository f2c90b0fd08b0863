package hledger

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/florinledger/florin/ledger"
)

// accountByRule translates the name of an account that no mapping names: its first part is one of the
// five roots in English, singular or plural, in either case, and the others follow [segmentByRule].
func accountByRule(name string) (string, error) {
	first, rest, below := strings.Cut(name, ":")
	root, ok := rootOf(first)
	switch {
	case !ok:
		return "", fmt.Errorf("account %q: %q is none of assets, liabilities, equity, income and expenses: map it", name, first)
	case !below:
		return "", fmt.Errorf("account %q: Florin has no postings to a root: map it to an account below %s", name, root)
	}
	return under(root, name, rest)
}

// under translates what follows a root or a mapped prefix.
func under(root, name, rest string) (string, error) {
	address := root
	for part := range strings.SplitSeq(rest, ":") {
		segment, err := segmentByRule(part)
		if err != nil {
			return "", fmt.Errorf("account %q: %w: map it", name, err)
		}
		address += ":" + segment
	}
	if err := ledger.CheckAddress(address); err != nil {
		return "", fmt.Errorf("account %q: as %s: %w", name, address, err)
	}
	return address, nil
}

// rootOf returns the root that a word names.
func rootOf(word string) (string, bool) {
	switch strings.ToLower(word) {
	case "asset", "assets":
		return ledger.Assets, true
	case "liability", "liabilities":
		return ledger.Liabilities, true
	case "equity", "equities":
		return ledger.Equity, true
	case "income", "incomes", "revenue", "revenues":
		return ledger.Income, true
	case "expense", "expenses":
		return ledger.Expenses, true
	}
	return "", false
}

// segmentByRule translates one part of a name. Letters lose their accents, and whatever else an address
// does not take, spaces included, becomes one dash; dashes that come about so at either end, or beside
// one that is there, are dropped. A letter or digit that no accent explains is an error: two names in another script would
// become the same.
func segmentByRule(part string) (string, error) {
	var b strings.Builder
	gap, last := false, rune(0)
	for _, r := range norm.NFKD.String(part) {
		switch {
		case isPlain(r):
			if gap && b.Len() > 0 && last != '-' && r != '-' {
				b.WriteByte('-')
			}
			gap, last = false, r
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r): // an accent, set apart from its letter
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return "", fmt.Errorf("%q has letters that an address does not take", part)
		default:
			gap = true
		}
	}
	if b.Len() == 0 {
		return "", fmt.Errorf("%q has nothing that an address takes", part)
	}
	return b.String(), nil
}

// isPlain reports whether an address takes the character as it is.
func isPlain(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '.' || r == '-'
}

// assetByRule translates a commodity that no mapping names: the common signs, and symbols that are
// codes once they are upper-case and their spaces dashes.
func assetByRule(symbol string) (string, error) {
	switch symbol {
	case "":
		return "", fmt.Errorf(`an amount has no commodity: map "" to the asset it is in`)
	case "AUTO":
		return "", fmt.Errorf("an amount is left out: export with hledger print -x")
	case "$":
		return "USD", nil
	case "€":
		return "EUR", nil
	case "£":
		return "GBP", nil
	case "¥":
		return "JPY", nil
	}
	code := strings.ToUpper(strings.Join(strings.Fields(symbol), "-"))
	if err := ledger.CheckAssetCode(code); err != nil {
		return "", fmt.Errorf("commodity %q is no asset code: map it", symbol)
	}
	return code, nil
}
