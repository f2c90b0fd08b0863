package wallet

import (
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// Gives refuses what would take money out of a wallet that gives none.
func (w State) Gives() *journal.Refusal {
	switch w.Status {
	case StatusFrozen:
		return ErrWalletFrozen
	case StatusClosed:
		return ErrWalletClosed
	}
	return nil
}

// Takes refuses what would bring money into a wallet that takes none.
func (w State) Takes() *journal.Refusal {
	if w.Status == StatusClosed {
		return ErrWalletClosed
	}
	return nil
}

func decideFreeze(s *journal.Scope, c FreezeWallet) error {
	if _, err := c.find(s); err != nil {
		return err
	}
	Freeze(s, c.WalletID, c.Reason)
	return nil
}

func decideUnfreeze(s *journal.Scope, c UnfreezeWallet) error {
	w, err := FreezeWallet(c).find(s)
	if err != nil || w.Status == StatusOpen {
		return err
	}
	s.Emit(journal.Event{
		Ledger: ledger.Main, Stream: Stream(c.WalletID), Type: TypeWalletUnfrozen, Schema: 1,
		Body: Unfrozen(c),
	})
	return nil
}

// find returns the wallet, which is not closed.
func (c FreezeWallet) find(s *journal.Scope) (State, error) {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return State{}, err
	}
	w, found := Find(s, c.WalletID)
	switch {
	case !found:
		return w, ErrWalletNotFound
	case w.Status == StatusClosed:
		return w, ErrWalletClosed
	}
	return w, nil
}

func decideClose(s *journal.Scope, c CloseWallet) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	w, found := Find(s, c.WalletID)
	switch {
	case !found || !c.As.Owns(w.Owner):
		return ErrWalletNotFound
	case w.Status == StatusClosed:
		return nil
	}
	if err := ExpireDue(s, c.WalletID); err != nil {
		return err
	}
	// All of them are asked for before one is judged, so that what is not at hand is loaded in one go.
	var left []ledger.Money
	for _, asset := range w.Assets {
		for _, part := range Parts() {
			if b := ledger.BalanceOf(s, ledger.Main, Account(c.WalletID, part), asset).On(journal.Credit); !b.IsZero() {
				left = append(left, ledger.Money{Amount: journal.FormatAmount(b), Asset: asset})
			}
		}
	}
	if len(left) > 0 { // a hold that is open has something in held
		return ErrWalletNotEmpty.With(Left{Left: left})
	}
	s.Emit(journal.Event{
		Ledger: ledger.Main, Stream: Stream(c.WalletID), Type: TypeWalletClosed, Schema: 1,
		Body: Closed{WalletID: c.WalletID, Reason: c.Reason},
	})
	return nil
}

// Left is what is still in a wallet: the members of ErrWalletNotEmpty.
type Left struct {
	Left []ledger.Money `json:"left"`
}
