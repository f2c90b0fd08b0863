package wallet

import (
	"maps"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// Used is how much of a credit is used: the members of ErrCreditLimitInUse.
type Used struct {
	Used ledger.Money `json:"used"`
}

// creditIn is how far below zero available may go in an asset.
func (w State) creditIn(asset string) decimal.Decimal {
	if text, ok := w.Credit[asset]; ok {
		return Figure(text)
	}
	return decimal.Zero
}

func decideSetCreditLimit(s *journal.Scope, c SetCreditLimit) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	w, found := Find(s, c.WalletID)
	if err := ExpireDue(s, c.WalletID); err != nil {
		return err
	}
	parsed, err := ledger.ParseSigned(c.Limit.Amount)
	if err != nil {
		return ledger.ErrInvalidField.At("/amount").Because("%s", err.Error())
	}
	limit, amountErr := atScale(s, parsed, c.Limit.Asset)
	available := ledger.BalanceOf(s, ledger.Main, Account(c.WalletID, Available), c.Limit.Asset).On(journal.Credit)
	switch {
	case !found:
		return ErrWalletNotFound
	case amountErr != nil:
		return amountErr
	case w.Status == StatusClosed:
		return ErrWalletClosed
	case available.LessThan(limit.Neg()):
		return ErrCreditLimitInUse.With(Used{Used: ledger.Money{Amount: journal.FormatAmount(available.Neg()), Asset: c.Limit.Asset}})
	case limit.Equal(w.creditIn(c.Limit.Asset)):
		return nil
	}
	s.Emit(journal.Event{
		Ledger: ledger.Main, Stream: Stream(c.WalletID), Type: TypeCreditLimitSet, Schema: 1,
		Body: CreditLimitSet{WalletID: c.WalletID, Limit: ledger.Money{Amount: journal.FormatAmount(limit), Asset: c.Limit.Asset}},
	})
	return nil
}

// setCredit notes a limit. What was there before may be another's to read, and stays as it is.
func (w *State) setCredit(limit ledger.Money) {
	w.Credit = maps.Clone(w.Credit)
	if w.Credit == nil {
		w.Credit = map[string]string{}
	}
	w.Credit[limit.Asset] = limit.Amount
}
