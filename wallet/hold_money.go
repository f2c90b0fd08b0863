package wallet

import (
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// checkPayee reports whether somebody can be paid there.
func checkPayee(s *journal.Scope, p Payee) error {
	if p.ToAccount != "" && ledger.Owned(ledger.Main, p.ToAccount) {
		return ledger.ErrOwnedAccount.At("/to_account").Because("%s belongs to a domain", p.ToAccount)
	}
	if p.ToWallet != "" {
		payee, found := Find(s, p.ToWallet)
		if !found {
			return ErrWalletNotFound.At("/to_wallet")
		}
		if err := payee.Takes(); err != nil {
			return err.At("/to_wallet")
		}
	}
	return nil
}

// account is where the payee's money goes.
func (p Payee) account() string {
	if p.ToWallet != "" {
		return Account(p.ToWallet, Available)
	}
	return p.ToAccount
}

func (h hold) remaining() decimal.Decimal {
	return Figure(h.Amount).Sub(Figure(h.Captured)).Sub(Figure(h.Released))
}

func (h hold) money(d decimal.Decimal) ledger.Money {
	return ledger.Money{Amount: journal.FormatAmount(d), Asset: h.Asset}
}

func (h hold) figures() HoldFigures {
	return HoldFigures{Captured: h.Captured, Released: h.Released, Remaining: journal.FormatAmount(h.remaining()), Status: h.Status}
}
