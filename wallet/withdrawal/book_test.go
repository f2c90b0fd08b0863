package withdrawal_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/withdrawal"
)

func user(name string) wallet.As { return wallet.As{Principal: "usr_" + name, Role: wallet.User} }

func service() wallet.As { return wallet.As{Principal: "key_shop", Role: wallet.Service} }

// finance acts for anybody, as a service does; boss and clerk are two of them.
func finance(name string) wallet.As {
	return wallet.As{Principal: "usr_" + name, Role: wallet.Service}
}

func usd(amount string) ledger.Money { return ledger.Money{Amount: amount, Asset: "USD"} }

// book is a journal with wallets in it, and money on its way out.
type book struct {
	*decidetest.Book
	t testing.TB
}

func cores() []func(*journal.Registry) {
	return []func(*journal.Registry){ledger.Register, wallet.Register, withdrawal.Register}
}

func open(t testing.TB, cold bool) *book {
	t.Helper()
	return &book{decidetest.Open(t, cold, cores()...), t}
}

// wallet opens a wallet of a user that holds an amount.
func (b *book) wallet(owner, amount string) string {
	b.t.Helper()
	id := b.Do(wallet.CommandOpenWallet, wallet.OpenWallet{As: user(owner), Owner: "usr_" + owner})[0].Body.(wallet.Opened).WalletID
	if amount != "0" {
		b.Do(wallet.CommandCreditWallet, wallet.CreditWallet{WalletID: id, Amount: usd(amount), Account: withdrawal.Bank})
	}
	return id
}

func request(as wallet.As, from, amount string) withdrawal.Request {
	return withdrawal.Request{
		As: as, WalletID: from, Amount: usd(amount), DestinationType: withdrawal.IBAN, Destination: seal.Text("sealed"),
	}
}

// request has the owner ask for a withdrawal that has to be granted, and returns its id.
func (b *book) request(owner, from, amount string) string {
	b.t.Helper()
	events := b.Do(withdrawal.CommandRequest, request(user(owner), from, amount))
	return events[len(events)-1].Body.(withdrawal.Requested).WithdrawalID
}

func on(as wallet.As, id string) withdrawal.On { return withdrawal.On{As: as, WithdrawalID: id} }

func (b *book) approve(id string) []*journal.Event {
	b.t.Helper()
	return b.Do(withdrawal.CommandApprove, withdrawal.Approve{On: on(finance("boss"), id)})
}

func (b *book) freeze(id string) {
	b.t.Helper()
	b.Do(wallet.CommandFreezeWallet, wallet.FreezeWallet{WalletID: id, Reason: "looked at"})
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
	return sum.StringFixed(2)
}

// stands asserts what a wallet has available and pending.
func (b *book) stands(id, available, pending string) {
	b.t.Helper()
	assert.Equal(b.t, available, b.balance(wallet.Account(id, wallet.Available)), "available")
	assert.Equal(b.t, pending, b.balance(wallet.Account(id, wallet.Pending)), "pending")
}

// refused asserts that a command was refused with a code and, unless empty, members and pointer, and that nothing
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
