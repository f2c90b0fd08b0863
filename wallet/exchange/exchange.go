package exchange

import (
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// The accounts of exchanges, in the ledger main. Anybody who may posts there by hand too: that is how a position is
// closed at the bank. They may stand on either side.
const (
	// Conversion is what the house holds of each asset by having exchanged it.
	Conversion = "equity:conversion"
	// Income is what spreads have earned.
	Income = "income:exchange"
	// Rounding takes and gives the units by which rounded parts differ from the rounded whole.
	Rounding = "equity:rounding"
)

func decideExchange(s *journal.Scope, c Exchange) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	q, used, issued := findQuote(s, c.QuoteID)
	from, found := wallet.Find(s, c.WalletID)
	to, payee := wallet.Find(s, c.payee())
	switch {
	case !issued || !c.As.Owns(q.Owner):
		return ErrQuoteNotFound.At("/quote_id")
	case !found || !c.As.Owns(from.Owner):
		return wallet.ErrWalletNotFound.At("/wallet_id")
	case !payee:
		return wallet.ErrWalletNotFound.At("/to_wallet")
	case used != "":
		return ErrQuoteUsed.With(Used{TransactionID: used})
	case !s.Now().Before(q.ExpiresAt):
		return ErrQuoteExpired.With(Expired{ExpiresAt: q.ExpiresAt})
	}
	paid, err := c.paid(s, q)
	if err != nil {
		return err
	}
	scale, _ := ledger.AssetScale(s, q.To.Asset) // it was known when the quote was issued, and is for ever
	p, err := q.worth(paid, scale, "/amount/amount")
	if err != nil {
		return err
	}
	if err := from.Gives(); err != nil {
		return err.At("/wallet_id")
	}
	if err := to.Takes(); err != nil {
		return err.At("/to_wallet")
	}
	if err := from.Spend(s, c.WalletID, q.From.Asset, paid); err != nil {
		return err
	}
	_, err = ledger.Post(s, c.event(q, paid, p), policy(s))
	return err
}

// paid is what is paid, at its asset's scale: what the quote names, or the exchange does.
func (c *Exchange) paid(s *journal.Scope, q Quoted) (decimal.Decimal, error) {
	switch {
	case q.From.Amount != "" && c.Amount != nil:
		return decimal.Zero, ledger.ErrInvalidField.At("/amount").Because("the quote names it: %s %s", q.From.Amount, q.From.Asset)
	case q.From.Amount != "":
		return wallet.Figure(q.From.Amount), nil
	case c.Amount == nil:
		return decimal.Zero, ledger.ErrInvalidField.At("/amount").Because("the quote names no amount: want one in %s", q.From.Asset)
	case c.Amount.Asset != q.From.Asset:
		return decimal.Zero, ledger.ErrInvalidField.At("/amount/asset").Because("want the asset that the quote sells, %s", q.From.Asset)
	}
	return wallet.Amount(s, *c.Amount)
}

// policy is the wallets', with accounts of exchanges that no rule binds: an exchange is not refused because a spread
// was paid out by hand, or a unit of rounding is owed.
func policy(s *journal.Scope) ledger.Policy {
	p := wallet.Policy(s)
	p.Unbound = func(account string) bool { return account == Conversion || account == Income || account == Rounding }
	return p
}

// event says what becomes of an exchange. A part that came to nothing has no posting: there is nothing to post.
func (c *Exchange) event(q Quoted, paid decimal.Decimal, p parts) journal.Event {
	postings := wallet.Move(paid, q.From.Asset, wallet.Account(c.WalletID, wallet.Available), Conversion)
	add := func(account string, side journal.Side, amount decimal.Decimal) {
		if amount.IsPositive() {
			postings = append(postings, journal.Posting{Account: account, Side: side, Amount: amount, Asset: q.To.Asset})
		}
	}
	add(Conversion, journal.Debit, p.whole)
	add(Rounding, journal.Debit, p.rounding.Neg())
	add(wallet.Account(c.payee(), wallet.Available), journal.Credit, p.customer)
	add(Income, journal.Credit, p.spread)
	add(Rounding, journal.Credit, p.rounding)
	return journal.Event{
		Ledger: ledger.Main, Stream: wallet.Stream(c.WalletID), Type: TypeExchanged, Schema: 1, Postings: postings,
		Body: Exchanged{
			QuoteID: c.QuoteID, WalletID: c.WalletID, ToWallet: c.payee(),
			From: ledger.Money{Amount: journal.FormatAmount(paid), Asset: q.From.Asset},
			To:   ledger.Money{Amount: journal.FormatAmount(p.customer), Asset: q.To.Asset},
			Rate: q.Rate, MidRate: q.MidRate, Spread: q.Spread,
			Description: c.Description, Reference: c.Reference, Metadata: c.Metadata,
		},
	}
}
