package wallet

import (
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

func decideChangeWallet(s *journal.Scope, c ChangeWallet) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	w, found := Find(s, c.WalletID)
	switch {
	case !found || !c.As.Owns(w.Owner):
		return ErrWalletNotFound
	case w.Status == StatusClosed:
		return ErrWalletClosed
	case c.IfVersion != nil && *c.IfVersion != w.Version:
		return ledger.ErrVersionMismatch.With(ledger.VersionNow{Version: w.Version})
	case c.TimeZone != nil && c.As.Role != Service && len(w.Spending) > 0:
		return ErrTimeZoneForbidden.At("/time_zone")
	case c.Changes == Changes{}:
		return nil
	}
	s.Emit(journal.Event{
		Ledger: ledger.Main, Stream: Stream(c.WalletID), Type: TypeWalletChanged, Schema: 1,
		Body: Changed{WalletID: c.WalletID, Changes: c.Changes},
	})
	return nil
}

// Apply makes the changes to a wallet as it is shown.
func (c Changes) Apply(w *Wallet) {
	if c.Name != nil {
		w.Name = *c.Name
	}
	if c.Metadata != nil {
		w.Metadata = *c.Metadata
	}
	if c.TimeZone != nil {
		w.TimeZone = *c.TimeZone
	}
}
