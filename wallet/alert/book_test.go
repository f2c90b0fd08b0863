package alert_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
	"github.com/florinledger/florin/wallet/payment"
)

// points is an asset of scale 0.
const points = "POINTS"

func user(name string) wallet.As { return wallet.As{Principal: "usr_" + name, Role: wallet.User} }

func service() wallet.As { return wallet.As{Principal: "key_shop", Role: wallet.Service} }

func money(amount string) ledger.Money { return ledger.Money{Amount: amount, Asset: points} }

func cores() []func(*journal.Registry) {
	return []func(*journal.Registry){ledger.Register, wallet.Register, payment.Register, alert.Register}
}

// book is a journal with wallets in it.
type book struct {
	*decidetest.Book
	t testing.TB
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
		b.credit(id, money(amount))
	}
	return id
}

func (b *book) credit(id string, m ledger.Money) *journal.Event {
	b.t.Helper()
	return b.Do(wallet.CommandCreditWallet, wallet.CreditWallet{WalletID: id, Amount: m, Account: "equity:opening"})[0]
}

func (b *book) debit(id, amount string) *journal.Event {
	b.t.Helper()
	return b.Do(wallet.CommandDebitWallet, wallet.DebitWallet{WalletID: id, Amount: money(amount), Account: "equity:opening"})[0]
}

func below(id, mark string) alert.CreateAlert {
	return alert.CreateAlert{As: service(), WalletID: id, Asset: points, Bound: alert.Bound{Below: mark}}
}

func above(id, mark string) alert.CreateAlert {
	return alert.CreateAlert{As: service(), WalletID: id, Asset: points, Bound: alert.Bound{Above: mark}}
}

// alert makes an alert that has to be made.
func (b *book) alert(c alert.CreateAlert) string {
	b.t.Helper()
	return b.Do(alert.CommandCreateAlert, c)[0].Body.(alert.Created).AlertID
}

// fires asks for the alerts to fire that a transaction crossed, and says which did, by the order in which they
// were made.
func (b *book) fires(e *journal.Event) (ids []string) {
	b.t.Helper()
	for _, fact := range b.Do(alert.CommandFireAlerts, alert.FireAlerts{TransactionID: e.TransactionID()}) {
		body := fact.Body.(alert.Fired)
		require.Equal(b.t, []any{e.TransactionID(), e.Position, e.RecordedAt}, []any{body.TransactionID, body.Position, body.At})
		ids = append(ids, body.AlertID)
	}
	return ids
}

// refused asserts that a command was refused with a code, a pointer and, unless empty, members, and that
// nothing was written.
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
