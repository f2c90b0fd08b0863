package exchange_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/exchange"
)

func user(name string) wallet.As { return wallet.As{Principal: "usr_" + name, Role: wallet.User} }

func service() wallet.As { return wallet.As{Principal: "key_shop", Role: wallet.Service} }

func money(amount, asset string) ledger.Money { return ledger.Money{Amount: amount, Asset: asset} }

func side(amount, asset string) exchange.Side { return exchange.Side{Amount: amount, Asset: asset} }

func cores() []func(*journal.Registry) {
	return []func(*journal.Registry){ledger.Register, wallet.Register, exchange.Register}
}

// book is a journal with wallets and rates in it.
type book struct {
	*decidetest.Book
	t testing.TB
}

// open returns a book that knows ETH, which has 18 decimals, besides the currencies of ISO 4217.
func open(t testing.TB, cold bool) *book {
	t.Helper()
	b := &book{decidetest.Open(t, cold, cores()...), t}
	b.Do(ledger.CommandRegisterAsset, ledger.RegisterAsset{Code: "ETH", Scale: 18})
	return b
}

// wallet opens a wallet of a user that holds money.
func (b *book) wallet(owner string, holds ...ledger.Money) string {
	b.t.Helper()
	id := b.Do(wallet.CommandOpenWallet, wallet.OpenWallet{As: user(owner), Owner: "usr_" + owner})[0].Body.(wallet.Opened).WalletID
	for _, m := range holds {
		b.Do(wallet.CommandCreditWallet, wallet.CreditWallet{WalletID: id, Amount: m, Account: "equity:opening"})
	}
	return id
}

// scales are the decimals of the assets that the tests exchange.
func scales() map[string]int32 {
	return map[string]int32{"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3, "ETH": 18}
}

// list lists a pair with a minimum of a unit, so that the least amounts show the arithmetic.
func (b *book) list(from, to, rate, spread string) {
	b.t.Helper()
	unit := decimal.New(1, -scales()[from]).String()
	b.Do(exchange.CommandSetRate, exchange.SetRate{From: from, To: to, Rate: rate, Spread: &spread, MinAmount: &unit})
}

// quote has a quote issued to Ann.
func (b *book) quote(from, to exchange.Side) exchange.Quoted {
	b.t.Helper()
	return b.Do(exchange.CommandIssueQuote, exchange.IssueQuote{As: user("ann"), Owner: "usr_ann", From: from, To: to})[0].Body.(exchange.Quoted)
}

// use is Ann's exchange in one wallet.
func use(q exchange.Quoted, walletID string) exchange.Exchange {
	return exchange.Exchange{As: user("ann"), QuoteID: q.QuoteID, WalletID: walletID}
}

// balance is what an account holds, on its normal side.
func (b *book) balance(account, asset string) string {
	sum := decimal.Zero
	for _, e := range b.Events() {
		for _, p := range e.Postings {
			switch {
			case p.Account != account || p.Asset != asset:
			case p.Side == ledger.Address(account).NormalSide():
				sum = sum.Add(p.Amount)
			default:
				sum = sum.Sub(p.Amount)
			}
		}
	}
	return sum.String()
}

// refused asserts that a command was refused with a code, a pointer and, unless empty, members, and that nothing
// was written.
func (b *book) refused(commandType string, body any, want *journal.Refusal, pointer, members string) {
	b.t.Helper()
	before := len(b.Events())
	a := b.When(commandType, body)
	require.NotNilf(b.t, a.Refusal, "want %s", want.Code)
	require.Equal(b.t, want.Code, a.Refusal.Code, a.Refusal.Detail)
	assert.Equal(b.t, pointer, a.Refusal.Pointer)
	if members != "" {
		assert.JSONEq(b.t, members, string(a.Refusal.Members))
	}
	assert.Len(b.t, b.Events(), before)
}
