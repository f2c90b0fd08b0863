package ledger

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/journal"
)

// Policy says under which rules a transaction is posted.
type Policy struct {
	// Owner is the domain that posts (wallet, payment, membership). Empty: it is made by hand, and
	// may not touch owned accounts. A flow may cross domains (a payment credits a wallet), so any
	// domain may post to any owned account; what keeps them apart is their own code.
	Owner string
	// Force passes over floors and freezes: for what already happened outside, for releases, and
	// for reversals that finance insists on.
	Force bool
	// Floors, if set, gives the least balance that the domain demands of an account in an asset, on
	// the account's normal side; ok is false for none. The higher of it and the account's own
	// minimum counts. It may read through the scope.
	Floors func(account, asset string) (least decimal.Decimal, ok bool)
	// Unbound, if set, says which accounts that no domain owns move whatever rules were set for them by
	// hand: those by which a domain balances its transactions, and which may stand on either side.
	Unbound func(account string) bool

	preconditions []Precondition
	// pointers says that postings stand in the request as they stand in the event, so that a
	// refusal may point at one.
	pointers bool
}

// Post makes e, an event with postings, a fact. It is the one way for every core.
//
// The caller sets Ledger, Stream, Type, Schema, Body, EffectiveAt (zero: now) and Postings without
// their balances; an amount may have fewer decimals than its asset. If Body is [Referenced], its
// reference is kept unique. Post gives the transaction its number in the ledger and each posting
// the balance after the whole transaction, and emits.
//
// Refusals: ErrInvalidField (fewer than two postings, or a posting without form), ErrLedgerNotFound,
// ErrUnknownAsset, ErrAmountScale, ErrUnbalanced, ErrOwnedAccount, ErrEffectiveInFuture,
// ErrReferenceTaken, ErrPreconditionFailed, ErrAccountFrozen, ErrInsufficientFunds; in that order.
// A refusal emits nothing.
func Post(s *journal.Scope, e journal.Event, p Policy) (*journal.Event, error) {
	if err := p.checkForm(e.Postings); err != nil {
		return nil, err
	}
	if CheckLedgerName(e.Ledger) != nil {
		return nil, ErrLedgerNotFound // before the name becomes a part of keys that are looked up
	}
	e.Postings = slices.Clone(e.Postings)
	book, found := findBook(s, e.Ledger)
	assetErr := p.scale(s, e.Postings)
	// What follows asks for all other state before the first rule is judged: what is not at hand
	// is then loaded in one go, however large the batch.
	c := fold(e.Postings)
	for i := range c.list {
		c.list[i].weigh(BalanceOf(s, e.Ledger, c.list[i].account, c.list[i].asset))
	}
	referenceErr := checkReference(s, &e)
	preconditionErr := checkPreconditions(s, e.Ledger, p.preconditions)
	rulesErr := p.checkRules(s, e.Ledger, c.list)
	switch {
	case !found:
		return nil, ErrLedgerNotFound
	case assetErr != nil:
		return nil, assetErr
	}
	for _, err := range []error{
		checkBalanced(e.Postings), p.checkOwned(&e), checkEffective(s.Now(), e.EffectiveAt),
		referenceErr, preconditionErr, rulesErr,
	} {
		if err != nil {
			return nil, err
		}
	}
	e.Number = book.Number + 1
	for i := range e.Postings {
		e.Postings[i].Balance = c.list[c.of[i]].has
	}
	return s.Emit(e), nil
}

// at points a refusal at a posting, where the request has postings to point at.
func (p *Policy) at(r *journal.Refusal, posting int, field string) *journal.Refusal {
	if !p.pointers {
		return r
	}
	return r.At(fmt.Sprintf("/postings/%d/%s", posting, field))
}

// checkForm looks at what must hold of postings whoever made them.
func (p *Policy) checkForm(ps []journal.Posting) error {
	if len(ps) < 2 || len(ps) > MaxPostings {
		return ErrInvalidField.At("/postings").Because("want 2 to %d postings", MaxPostings)
	}
	for i := range ps {
		if err := CheckAddress(ps[i].Account); err != nil {
			return p.at(ErrInvalidField, i, "account").Because("%s", err.Error())
		}
		if err := CheckAssetCode(ps[i].Asset); err != nil {
			return p.at(ErrInvalidField, i, "asset").Because("%s", err.Error())
		}
		if ps[i].Side != journal.Debit && ps[i].Side != journal.Credit {
			return p.at(ErrInvalidField, i, "side").Because("%s", sideForm)
		}
		if !ps[i].Amount.IsPositive() {
			return p.at(ErrInvalidField, i, "amount").Because("%s", ErrAmountZero)
		}
	}
	return nil
}

// scale gives every amount exactly the decimals of its asset.
func (p *Policy) scale(s *journal.Scope, ps []journal.Posting) error {
	var problem error
	for i := range ps {
		scale, ok := AssetScale(s, ps[i].Asset)
		if !ok {
			if problem == nil {
				problem = p.at(ErrUnknownAsset, i, "asset").Because("%s is not registered", ps[i].Asset)
			}
			continue
		}
		amount, ok := atScale(ps[i].Amount, scale)
		switch {
		case problem != nil:
		case !ok:
			problem = p.at(tooManyDecimals(ps[i].Asset, scale), i, "amount")
		case amount.NumDigits() > MaxDigits:
			problem = p.at(ErrInvalidField, i, "amount").Because("%s with the asset's decimals", ErrAmountDigits)
		}
		ps[i].Amount = amount
	}
	return problem
}

// checkOwned keeps hands off the accounts of domains.
func (p *Policy) checkOwned(e *journal.Event) error {
	if p.Owner != "" {
		return nil
	}
	for i := range e.Postings {
		if Owned(e.Ledger, e.Postings[i].Account) {
			return p.at(ErrOwnedAccount, i, "account").Because("%s belongs to a domain", e.Postings[i].Account)
		}
	}
	return nil
}

func checkEffective(now, effective time.Time) error {
	if effective.After(now.Add(FutureTolerance)) {
		return ErrEffectiveInFuture.At("/effective_at").Because("it is %s now, and at most %s later is taken", now.Format(time.RFC3339), FutureTolerance)
	}
	return nil
}

func checkReference(s *journal.Scope, e *journal.Event) error {
	reference := referenceOf(e.Body)
	if reference == "" {
		return nil
	}
	if row, taken := references().Get(s, referenceID(e.Ledger, reference)); taken {
		return ErrReferenceTaken.At("/reference").Because("%s has it", row.By).With(Holder{Reference: reference, TransactionID: row.By})
	}
	return nil
}
