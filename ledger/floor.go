package ledger

import (
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/journal"
)

// Shortfall is what a transaction lacked: the members of ErrInsufficientFunds, all at the asset's
// scale.
type Shortfall struct {
	Account string `json:"account"`
	Asset   string `json:"asset"`
	// Needed is what the transaction as a whole takes from the account.
	Needed string `json:"needed"`
	// Available is the balance less its minimum; negative when it lies below it already.
	Available string `json:"available"`
	// MinBalance is the minimum that counted: the account's, or its domain's.
	MinBalance string `json:"min_balance"`
}

type frozenAccount struct {
	Account string `json:"account"`
}

// checkRules holds the rules of every account that changes against its balance after the whole
// transaction, so that the order of postings does not matter. A balance below its minimum may
// still grow, and a change that takes nothing breaks no minimum.
func (p *Policy) checkRules(s *journal.Scope, ledger string, list []change) error {
	if p.Force {
		return nil
	}
	var problem error
	for i := range list {
		// Every account is looked at before the first problem is told, as in Post.
		if err := p.checkChange(s, ledger, &list[i]); err != nil && problem == nil {
			problem = err
		}
	}
	return problem
}

func (p *Policy) checkChange(s *journal.Scope, ledger string, c *change) error {
	var rule AccountSet
	if !Owned(ledger, c.account) && (p.Unbound == nil || !p.Unbound(c.account)) {
		rule, _ = rules().Get(s, accountID(ledger, c.account))
	}
	if rule.Frozen && c.lowers >= 0 {
		return p.at(ErrAccountFrozen, c.lowers, "account").
			Because("%s is frozen", c.account).With(frozenAccount{c.account})
	}
	least, bound := rule.floor(c.asset)
	if p.Floors != nil {
		if own, ok := p.Floors(c.account, c.asset); ok && (!bound || own.Cmp(least) > 0) {
			least, bound = own, true
		}
	}
	if !bound || c.lowers < 0 {
		return nil
	}
	if c.has.Cmp(least) >= 0 || c.has.Cmp(c.had()) >= 0 {
		return nil
	}
	short := c.shortfall(least)
	return p.at(ErrInsufficientFunds, c.lowers, "amount").Because(
		"%s has %s %s to spare, %s is needed", c.account, short.Available, c.asset, short.Needed,
	).With(short)
}

func (c *change) shortfall(least decimal.Decimal) Shortfall {
	scale := -c.has.Exponent()
	fixed := func(d decimal.Decimal) string { return d.StringFixed(scale) }
	return Shortfall{
		Account: c.account, Asset: c.asset, Needed: fixed(c.had().Sub(c.has)),
		Available: fixed(c.had().Sub(least)), MinBalance: fixed(least),
	}
}
