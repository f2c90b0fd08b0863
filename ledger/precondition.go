package ledger

import (
	"fmt"

	"github.com/florinledger/florin/ledger/journal"
)

// Precondition is what must hold of a balance before a transaction. Exactly one of BalanceGTE and
// Version is given.
type Precondition struct {
	Account string `json:"account"`
	Asset   string `json:"asset"`
	// BalanceGTE is the least balance on the account's normal side; it may be negative.
	BalanceGTE *string `json:"balance_gte,omitempty"`
	// Version is the balance's version: the number of transactions that touched it.
	Version *int64 `json:"version,omitempty"`
}

// Actual is what a precondition met: the members of ErrPreconditionFailed.
type Actual struct {
	// Precondition is its index in the request.
	Precondition int     `json:"precondition"`
	Account      string  `json:"account"`
	Asset        string  `json:"asset"`
	Actual       Reading `json:"actual"`
}

// Reading is a balance at a moment.
type Reading struct {
	Balance string `json:"balance"`
	Version int64  `json:"version"`
}

func (p *Precondition) validate(f *Form, i int) {
	at := func(field string) string { return fmt.Sprintf("/preconditions/%d%s", i, field) }
	if err := CheckAddress(p.Account); err != nil {
		f.Check(at("/account"), err)
	}
	if err := CheckAssetCode(p.Asset); err != nil {
		f.Check(at("/asset"), err)
	}
	if (p.BalanceGTE == nil) == (p.Version == nil) {
		f.Addf(at(""), "want exactly one of balance_gte and version")
	}
	if p.BalanceGTE != nil {
		if _, err := ParseSigned(*p.BalanceGTE); err != nil {
			f.Check(at("/balance_gte"), err)
		}
	}
	if p.Version != nil && *p.Version < 0 {
		f.Addf(at("/version"), "want a version, which counts from 0")
	}
}

// checkPreconditions holds the preconditions against the balances as they are before the
// transaction. All balances are asked for before the first failure is told.
func checkPreconditions(s *journal.Scope, ledger string, list []Precondition) error {
	var problem error
	for i := range list {
		if err := list[i].check(s, ledger, i); err != nil && problem == nil {
			problem = err
		}
	}
	return problem
}

func (p *Precondition) check(s *journal.Scope, ledger string, i int) error {
	balance := BalanceOf(s, ledger, p.Account, p.Asset)
	scale, ok := AssetScale(s, p.Asset)
	if !ok {
		return ErrUnknownAsset.At(fmt.Sprintf("/preconditions/%d/asset", i)).Because("%s is not registered", p.Asset)
	}
	held := balance.On(Address(p.Account).NormalSide()).Round(scale)
	holds := true
	if p.BalanceGTE != nil {
		least, err := ParseSigned(*p.BalanceGTE)
		if err != nil {
			return err
		}
		if least, ok = atScale(least, scale); !ok {
			return tooManyDecimals(p.Asset, scale).At(fmt.Sprintf("/preconditions/%d/balance_gte", i))
		}
		holds = held.Cmp(least) >= 0
	}
	if p.Version != nil && *p.Version != balance.Version {
		holds = false
	}
	if holds {
		return nil
	}
	return ErrPreconditionFailed.At(fmt.Sprintf("/preconditions/%d", i)).Because(
		"%s holds %s %s, at version %d", p.Account, format(held), p.Asset, balance.Version,
	).With(Actual{
		Precondition: i, Account: p.Account, Asset: p.Asset,
		Actual: Reading{Balance: format(held), Version: balance.Version},
	})
}
