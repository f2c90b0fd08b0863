package membership_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
)

const ann = "usr_01k0q3v9x8f6r8v4t0d6m2n7h5"

func user(id string) wallet.As { return wallet.As{Principal: id, Role: wallet.User} }

func usd(amount string) ledger.Money { return ledger.Money{Amount: amount, Asset: "USD"} }

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func cores() []func(*journal.Registry) {
	return []func(*journal.Registry){ledger.Register, wallet.Register, payment.Register, users.Register, membership.Register}
}

// book is a journal with plans, and Ann with a wallet, at a time.
type book struct {
	*decidetest.Book
	t      testing.TB
	wallet string
	id     string // of Ann's membership
}

func open(t testing.TB, cold bool, now, holds string) *book {
	t.Helper()
	b := &book{Book: decidetest.Open(t, cold, cores()...), t: t}
	b.Advance(at(now).Sub(b.Now()))
	b.Do(users.CommandRegister, users.RegisterUser{UserID: ann, EmailToken: "ann", Email: []byte("sealed"), Credential: []byte("sealed")})
	b.wallet = b.open(ann)
	b.topUp(holds)
	b.plan("PRO", "10.00", membership.Month)
	b.plan("MAX", "100.00", membership.Year)
	return b
}

func (b *book) open(owner string) string {
	b.t.Helper()
	return b.Do(wallet.CommandOpenWallet, wallet.OpenWallet{As: user(owner), Owner: owner})[0].Body.(wallet.Opened).WalletID
}

func (b *book) topUp(amount string) {
	b.t.Helper()
	if amount != "" {
		b.Do(wallet.CommandCreditWallet, wallet.CreditWallet{WalletID: b.wallet, Amount: usd(amount), Account: "equity:opening"})
	}
}

func (b *book) plan(code, price string, period membership.Length) {
	b.t.Helper()
	b.Do(membership.CommandCreatePlan, membership.CreatePlan{
		Code: code, Offer: membership.Offer{Name: code, Price: usd(price), Active: true}, Period: period,
	})
}

// to moves the clock to a time.
func (b *book) to(text string) { b.Advance(at(text).Sub(b.Now())) }

func (b *book) buying(plan string) membership.Buy {
	return membership.Buy{As: user(ann), Plan: plan, WalletID: b.wallet}
}

func (b *book) buy(plan string) {
	b.t.Helper()
	events := b.Do(membership.CommandBuy, b.buying(plan))
	b.id = membership.IDOf(events[len(events)-1].Body)
	require.NotEmpty(b.t, b.id)
}

func (b *book) on() membership.On { return membership.On{As: user(ann), MembershipID: b.id} }

// state is what the writer knows of the membership.
func (b *book) state() (m membership.Membership) {
	b.t.Helper()
	require.NoError(b.t, json.Unmarshal([]byte(b.State()["membership/"+b.id]), &m))
	return m
}

// run asks for what is due.
func (b *book) run() decidetest.Answer {
	b.t.Helper()
	return b.When(membership.CommandRunMemberships, membership.RunMemberships{Due: []membership.Due{{MembershipID: b.id, At: b.state().NextAt}}})
}

// ran runs until nothing is due any more, and returns what was done in all.
func (b *book) ran() (sum membership.Ran) {
	b.t.Helper()
	for !b.state().NextAt.IsZero() && !b.state().NextAt.After(b.Now()) {
		var r membership.Ran
		a := b.run()
		require.Nil(b.t, a.Refusal)
		require.NoError(b.t, json.Unmarshal(a.Result, &r))
		sum.Days, sum.Renewed, sum.Refused, sum.Ended = sum.Days+r.Days, sum.Renewed+r.Renewed, sum.Refused+r.Refused, sum.Ended+r.Ended
	}
	return sum
}

// balance is what an account holds, on its normal side, of what took effect before a time; zero for all.
func (b *book) balance(account, asset string, before time.Time) string {
	sum := decimal.Zero
	for _, e := range b.Events() {
		if !before.IsZero() && !e.EffectiveAt.Before(before) {
			continue
		}
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

// stands asserts what is in the wallet, deferred and earned, and how many days are left.
func (b *book) stands(available, deferred, earned, days string) {
	b.t.Helper()
	asset := membership.DayAsset(b.state().Period.Plan)
	require.Equal(b.t, []string{available, deferred, earned, days, days}, []string{
		b.balance(wallet.Account(b.wallet, wallet.Available), "USD", time.Time{}), b.balance(membership.Deferred(b.id), "USD", time.Time{}),
		b.balance(membership.Income, "USD", time.Time{}), b.balance(membership.Granted(b.id), asset, time.Time{}), b.balance(membership.Owed(b.id), asset, time.Time{}),
	})
}

// refused asserts that a command is refused with a code, at a pointer, and changes nothing.
func (b *book) refused(commandType string, body any, want *journal.Refusal, pointer string) {
	b.t.Helper()
	before := len(b.Events())
	a := b.When(commandType, body)
	require.NotNil(b.t, a.Refusal, want.Code)
	require.Equal(b.t, []string{want.Code, pointer}, []string{a.Refusal.Code, a.Refusal.Pointer}, a.Refusal.Detail)
	require.Len(b.t, b.Events(), before)
}
