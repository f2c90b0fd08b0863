package wallet

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// What moves a wallet's money, here and in the cores below this one, is made of the following, in this
// order: find the wallets and ask [As.Owns]; read the amount with [Amount]; ask [State.Gives] of who pays
// and [State.Takes] of who is paid; [State.Spend]; then [ledger.Post] under [Policy]. An evolver counts
// what was given out with [CountSpent], and what came back of it with [GiveBackSpent].

// Amount reads an amount at its asset's scale. Refusals point below /amount.
//
// Refusals: the ledger's ErrInvalidField, ErrUnknownAsset, ErrAmountScale.
func Amount(s *journal.Scope, m ledger.Money) (decimal.Decimal, error) {
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

// Spend has a wallet ready to give an amount out: holds that are due expire first, and the limits of
// spending are judged.
//
// Refusals: ErrSpendingLimitExceeded (with [Exceeded]).
func (w State) Spend(s *journal.Scope, walletID, asset string, amount decimal.Decimal) error {
	if err := ExpireDue(s, walletID); err != nil {
		return err
	}
	return w.checkSpending(s, walletID, asset, amount, amount)
}

// Policy is under which rules a wallet's money moves: no part of a wallet falls below zero, but for available as
// far as there is credit.
func Policy(s *journal.Scope) ledger.Policy {
	return ledger.Policy{Owner: "wallet", Floors: func(account, asset string) (decimal.Decimal, bool) {
		id, part, ok := PartOf(account)
		if !ok || part != Available {
			return decimal.Zero, ok
		}
		w, _ := Find(s, id)
		return w.creditIn(asset).Neg(), true
	}}
}

// PartOf returns of which wallet an account is which part; ok is false for other accounts.
func PartOf(account string) (walletID string, part Part, ok bool) {
	rest, ok := strings.CutPrefix(account, root)
	if !ok {
		return "", "", false
	}
	walletID, name, ok := strings.Cut(rest, ":")
	return walletID, Part(name), ok
}

// Move is a transaction of two postings.
func Move(amount decimal.Decimal, asset, debit, credit string) []journal.Posting {
	return []journal.Posting{
		{Account: debit, Side: journal.Debit, Amount: amount, Asset: asset},
		{Account: credit, Side: journal.Credit, Amount: amount, Asset: asset},
	}
}

// Figure reads what journal.FormatAmount wrote. It panics when that is not what text is: decision state and
// events hold nothing else.
func Figure(text string) decimal.Decimal {
	d, err := decimal.NewFromString(text)
	if err != nil {
		panic("wallet: decision state holds no figure: " + err.Error())
	}
	return d
}
