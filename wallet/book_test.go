package wallet_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet"
)

// points is an asset of scale 0.
const points = "POINTS"

func decimalOf(text string) decimal.Decimal { return decimal.RequireFromString(text) }

func user(name string) wallet.As { return wallet.As{Principal: "usr_" + name, Role: wallet.User} }

func service() wallet.As { return wallet.As{Principal: "key_shop", Role: wallet.Service} }

// book is a journal with wallets in it.
type book struct {
	*decidetest.Book
	t testing.TB
}

func cores() []func(*journal.Registry) {
	return []func(*journal.Registry){ledger.Register, wallet.Register}
}

func open(t testing.TB, cold bool) *book {
	t.Helper()
	b := &book{decidetest.Open(t, cold, cores()...), t}
	b.Do(ledger.CommandRegisterAsset, ledger.RegisterAsset{Code: points, Scale: 0})
	return b
}

// wallet opens a wallet of a user that holds an amount of points.
func (b *book) wallet(owner, amount string) string {
	b.t.Helper()
	id := b.Do(wallet.CommandOpenWallet, wallet.OpenWallet{As: user(owner), Owner: "usr_" + owner})[0].Body.(wallet.Opened).WalletID
	if amount != "0" {
		b.topUp(id, amount, points)
	}
	return id
}

func (b *book) topUp(id, amount, asset string) {
	b.t.Helper()
	b.Given(journal.Event{
		Ledger: ledger.Main, Type: ledger.TypeTransactionPosted, Body: ledger.TransactionPosted{}, Postings: []journal.Posting{
			{Account: "assets:stripe:clearing", Side: journal.Debit, Amount: decimalOf(amount), Asset: asset},
			{Account: wallet.Account(id, wallet.Available), Side: journal.Credit, Amount: decimalOf(amount), Asset: asset},
		},
	})
}

// hold places a hold of points that has to be placed.
func (b *book) hold(from, amount string, to wallet.Payee) string {
	b.t.Helper()
	events := b.Do(wallet.CommandPlaceHold, place(from, amount, to))
	return events[0].Body.(wallet.HoldPlaced).HoldID
}

func place(from, amount string, to wallet.Payee) wallet.PlaceHold {
	return wallet.PlaceHold{As: service(), WalletID: from, Amount: money(amount), Payee: to}
}

func money(amount string) ledger.Money { return ledger.Money{Amount: amount, Asset: points} }

func (b *book) capture(hold, amount string) decidetest.Answer {
	b.t.Helper()
	m := money(amount)
	return b.When(wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: hold, Amount: &m})
}

func (b *book) release(hold string) decidetest.Answer {
	b.t.Helper()
	return b.When(wallet.CommandReleaseHold, wallet.ReleaseHold{As: service(), HoldID: hold})
}

// balance sums the postings of every fact.
func (b *book) balance(account string) string {
	sum := decimal.Zero
	for _, e := range b.Events() {
		for _, p := range e.Postings {
			switch {
			case p.Account != account:
			case p.Side == ledger.Address(account).NormalSide():
				sum = sum.Add(p.Amount)
			default:
				sum = sum.Sub(p.Amount)
			}
		}
	}
	return sum.String()
}

func (b *book) available(id string) string { return b.balance(wallet.Account(id, wallet.Available)) }
func (b *book) held(id string) string      { return b.balance(wallet.Account(id, wallet.Held)) }

// refused asserts that a command was refused with a code and, unless empty, members and pointer,
// and that nothing was written.
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
