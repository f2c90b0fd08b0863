package ledger

import "strings"

// Main is the ledger that exists from the start, and the one in which domains own accounts.
const Main = "main"

// Owned reports whether an account belongs to a domain (wallets, memberships, payments): nobody
// posts there by hand, and its rules are the domain's. These are, in the ledger main, the accounts
// at and below
//
//	liabilities:wallets  liabilities:entitlements  liabilities:deferred  liabilities:stripe
//	liabilities:suspense:stripe  assets:stripe  assets:entitlements
//
// and those of stripe of a provider that is simulated.
func Owned(ledger, account string) bool {
	if ledger != Main {
		return false
	}
	root, rest, _ := strings.Cut(account, ":")
	second, rest, _ := strings.Cut(rest, ":")
	switch root {
	case Liabilities:
		return second == "wallets" || second == "entitlements" || second == "deferred" || second == "stripe" ||
			second == "suspense" && ofProvider(rest)
	case Assets:
		return ofProvider(second) || second == "entitlements"
	}
	return false
}

// ofProvider reports whether segments begin with the name of a payment provider.
func ofProvider(rest string) bool {
	name, _, _ := strings.Cut(rest, ":")
	return name == "stripe" || name == "simulated"
}
