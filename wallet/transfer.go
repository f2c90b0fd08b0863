package wallet

import (
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// DecideTransfer decides a transfer, for whatever core asks for one: a schedule does.
func DecideTransfer(s *journal.Scope, c Transfer) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	from, found := Find(s, c.FromWallet)
	to, payee := Find(s, c.ToWallet)
	amount, amountErr := Amount(s, c.Amount)
	switch {
	case !found || !c.As.Owns(from.Owner):
		return ErrWalletNotFound.At("/from_wallet")
	case !payee:
		return ErrWalletNotFound.At("/to_wallet")
	case amountErr != nil:
		return amountErr
	}
	if err := from.Gives(); err != nil {
		return err.At("/from_wallet")
	}
	if err := to.Takes(); err != nil {
		return err.At("/to_wallet")
	}
	if err := from.Spend(s, c.FromWallet, c.Amount.Asset, amount); err != nil {
		return err
	}
	_, err := ledger.Post(s, journal.Event{
		Ledger: ledger.Main, Stream: Stream(c.FromWallet), Type: TypeTransferred, Schema: 2,
		Body: Transferred{
			FromWallet: c.FromWallet, ToWallet: c.ToWallet, Description: c.Description, Reference: c.Reference, Metadata: c.Metadata,
			Amount: ledger.Money{Amount: journal.FormatAmount(amount), Asset: c.Amount.Asset},
		},
		Postings: Move(amount, c.Amount.Asset, Account(c.FromWallet, Available), Account(c.ToWallet, Available)),
	}, Policy(s))
	return err
}
