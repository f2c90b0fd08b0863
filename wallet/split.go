package wallet

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

func decideSplit(s *journal.Scope, c Split) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	from, found := Find(s, c.FromWallet)
	total, amountErr := Amount(s, c.Amount)
	payeesErr := checkPayees(s, c.To)
	switch {
	case !found || !c.As.Owns(from.Owner):
		return ErrWalletNotFound.At("/from_wallet")
	case payeesErr != nil:
		return payeesErr
	case amountErr != nil:
		return amountErr
	}
	if err := from.Gives(); err != nil {
		return err.At("/from_wallet")
	}
	for i, share := range c.To {
		if share.Amount == nil {
			continue
		}
		if _, err := Amount(s, *share.Amount); err != nil {
			return below(fmt.Sprintf("/to/%d", i), err)
		}
	}
	parts, err := divide(total, -total.Exponent(), c.To)
	if err != nil {
		return ledger.ErrInvalidField.At("/to").Because("%s", err.Error())
	}
	if err := from.Spend(s, c.FromWallet, c.Amount.Asset, total); err != nil {
		return err
	}
	_, err = ledger.Post(s, c.event(total, parts), Policy(s))
	return err
}

// event says what becomes of a split. A share that came to nothing has no posting: there is nothing to
// post.
func (c Split) event(total decimal.Decimal, parts []decimal.Decimal) journal.Event {
	asset := c.Amount.Asset
	body := Transferred{
		FromWallet: c.FromWallet, Amount: ledger.Money{Amount: journal.FormatAmount(total), Asset: asset},
		Description: c.Description, Reference: c.Reference, Metadata: c.Metadata,
	}
	postings := []journal.Posting{{Account: Account(c.FromWallet, Available), Side: journal.Debit, Amount: total, Asset: asset}}
	for i, share := range c.To {
		body.To = append(body.To, ShareDone{
			Wallet: share.Wallet, Amount: journal.FormatAmount(parts[i]), Percent: share.Percent, Rest: share.Rest,
		})
		if parts[i].IsPositive() {
			postings = append(postings, journal.Posting{
				Account: Account(share.Wallet, Available), Side: journal.Credit, Amount: parts[i], Asset: asset,
			})
		}
	}
	return journal.Event{
		Ledger: ledger.Main, Stream: Stream(c.FromWallet), Type: TypeTransferred, Schema: 2, Body: body, Postings: postings,
	}
}

// checkPayees reports whether every share can be paid. All are looked up before one is judged.
func checkPayees(s *journal.Scope, list []Share) (problem error) {
	for i, share := range list {
		payee, found := Find(s, share.Wallet)
		at := fmt.Sprintf("/to/%d/wallet", i)
		switch {
		case problem != nil:
		case !found:
			problem = ErrWalletNotFound.At(at)
		case payee.Takes() != nil:
			problem = payee.Takes().At(at)
		}
	}
	return problem
}

// below points a refusal of a part of a command at where that part stands.
func below(prefix string, err error) error {
	if r := journal.AsRefusal(err); r != nil {
		return r.At(prefix + r.Pointer)
	}
	return err
}
