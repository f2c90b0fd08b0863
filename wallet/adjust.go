package wallet

import (
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

func decideCredit(s *journal.Scope, c CreditWallet) error {
	w, a, err := c.ready(s)
	if err != nil {
		return err
	}
	if err := w.Takes(); err != nil {
		return err
	}
	return a.post(s, TypeWalletCredited, Credited(a), a.Account, Account(a.WalletID, Available))
}

func decideDebit(s *journal.Scope, c DebitWallet) error {
	w, a, err := CreditWallet(c).ready(s)
	if err != nil {
		return err
	}
	if err := w.Gives(); err != nil {
		return err
	}
	amount := Figure(a.Amount.Amount)
	if err := w.Spend(s, a.WalletID, a.Amount.Asset, amount); err != nil {
		return err
	}
	return a.post(s, TypeWalletDebited, Debited(a), Account(a.WalletID, Available), a.Account)
}

// ready returns the wallet, and what is asked for with its amount at the asset's scale.
func (c CreditWallet) ready(s *journal.Scope) (w State, a Adjustment, err error) {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return w, a, err
	}
	a = Adjustment(c)
	w, found := Find(s, a.WalletID)
	amount, amountErr := Amount(s, a.Amount)
	switch {
	case !found:
		return w, a, ErrWalletNotFound
	case ledger.Owned(ledger.Main, a.Account):
		return w, a, ledger.ErrOwnedAccount.At("/account").Because("%s belongs to a domain", a.Account)
	case amountErr != nil:
		return w, a, amountErr
	}
	a.Amount.Amount = journal.FormatAmount(amount)
	return w, a, nil
}

// post makes an adjustment a fact, with body, which is the same as an event's.
func (a Adjustment) post(s *journal.Scope, eventType string, body any, debit, credit string) error {
	_, err := ledger.Post(s, journal.Event{
		Ledger: ledger.Main, Stream: Stream(a.WalletID), Type: eventType, Schema: 1, Body: body,
		Postings: Move(Figure(a.Amount.Amount), a.Amount.Asset, debit, credit),
	}, Policy(s))
	return err
}
