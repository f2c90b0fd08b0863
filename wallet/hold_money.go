package wallet

import (
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// amountOf reads an amount at its asset's scale.
func amountOf(s *journal.Scope, m ledger.Money) (decimal.Decimal, error) {
	amount, err := ledger.ParseAmount(m.Amount)
	if err != nil {
		return amount, ledger.ErrInvalidField.At("/amount/amount").Because("%s", err.Error())
	}
	return atScale(s, amount, m.Asset)
}

// atScale returns an amount with the decimals of its asset.
func atScale(s *journal.Scope, amount decimal.Decimal, asset string) (decimal.Decimal, error) {
	scale, known := ledger.AssetScale(s, asset)
	switch {
	case !known:
		return amount, ledger.ErrUnknownAsset.At("/amount/asset").Because("%s is not registered", asset)
	case amount.Exponent() < -scale:
		return amount, ledger.ErrAmountScale.At("/amount/amount").Because("%s has %d decimals", asset, scale)
	}
	return amount.Round(scale), nil
}

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
		if err := payee.takes(); err != nil {
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

// move is a transaction of two postings.
func move(amount decimal.Decimal, asset, debit, credit string) []journal.Posting {
	return []journal.Posting{
		{Account: debit, Side: journal.Debit, Amount: amount, Asset: asset},
		{Account: credit, Side: journal.Credit, Amount: amount, Asset: asset},
	}
}

// figure reads what journal.FormatAmount wrote.
func figure(text string) decimal.Decimal {
	d, err := decimal.NewFromString(text)
	if err != nil {
		panic("wallet: decision state holds no figure: " + err.Error())
	}
	return d
}

func (h hold) remaining() decimal.Decimal {
	return figure(h.Amount).Sub(figure(h.Captured)).Sub(figure(h.Released))
}

func (h hold) money(d decimal.Decimal) ledger.Money {
	return ledger.Money{Amount: journal.FormatAmount(d), Asset: h.Asset}
}

func (h hold) figures() HoldFigures {
	return HoldFigures{Captured: h.Captured, Released: h.Released, Remaining: journal.FormatAmount(h.remaining()), Status: h.Status}
}
