package membership

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// Income is what memberships have earned, an account of the ledger main. Anybody who may posts there by hand too, and it
// may stand on either side.
const Income = "income:memberships"

const (
	deferredRoot = "liabilities:deferred:memberships:"
	grantedRoot  = "assets:entitlements:"
	owedRoot     = "liabilities:entitlements:"
)

// Deferred is what was paid for a membership and is not earned yet. Granted and Owed are the days that it is still good
// for: they stand for each other, since days are nobody's money.
func Deferred(membershipID string) string { return deferredRoot + membershipID }

// Granted is the assets' side of the days: see [Deferred].
func Granted(membershipID string) string { return grantedRoot + membershipID }

// Owed is the liabilities' side of the days: see [Deferred].
func Owed(membershipID string) string { return owedRoot + membershipID }

// policy is the wallets'. What a membership has left never falls below zero, and what was earned is booked whatever rules
// somebody set on the account of income.
func policy(s *journal.Scope) ledger.Policy {
	p := wallet.Policy(s)
	floors := p.Floors
	p.Owner = "membership"
	p.Floors = func(account, asset string) (decimal.Decimal, bool) {
		for _, root := range [...]string{deferredRoot, grantedRoot, owedRoot} {
			if strings.HasPrefix(account, root) {
				return decimal.Zero, true
			}
		}
		return floors(account, asset)
	}
	p.Unbound = func(account string) bool { return account == Income }
	return p
}

// outside are the rules of what has happened at a provider: it is booked whatever stands in the accounts.
func outside() ledger.Policy { return ledger.Policy{Owner: "membership", Force: true} }

// paid are the postings of a period that is paid from the wallet.
func (a About) paid(p Period) []journal.Posting {
	return append(
		wallet.Move(wallet.Figure(p.Price.Amount), p.Price.Asset, wallet.Account(a.WalletID, wallet.Available), Deferred(a.MembershipID)),
		wallet.Move(decimal.NewFromInt(int64(p.Days)), DayAsset(p.Plan), Granted(a.MembershipID), Owed(a.MembershipID))...,
	)
}

// passed are the postings of days that are gone, and of what of the price goes with them to an account. A part that comes
// to nothing has none.
func (a About) passed(p Period, days int64, amount decimal.Decimal, to string) (ps []journal.Posting) {
	if amount.IsPositive() {
		ps = wallet.Move(amount, p.Price.Asset, Deferred(a.MembershipID), to)
	}
	if days > 0 {
		ps = append(ps, wallet.Move(decimal.NewFromInt(days), DayAsset(p.Plan), Owed(a.MembershipID), Granted(a.MembershipID))...)
	}
	return ps
}

// record makes a fact of a membership, with its postings, if there are any.
func (a About) record(s *journal.Scope, e journal.Event) error {
	e.Ledger, e.Stream, e.Schema = ledger.Main, wallet.Stream(a.WalletID), schemaOf(e.Type)
	rules := policy(s)
	if a.Provider != "" {
		e.Stream, rules = "membership/"+a.MembershipID, outside()
	}
	if len(e.Postings) == 0 {
		s.Emit(e)
		return nil
	}
	_, err := ledger.Post(s, e, rules)
	return err
}
