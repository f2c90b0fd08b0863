package payment_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/risk"
)

func cores() []func(*journal.Registry) {
	return []func(*journal.Registry){ledger.Register, wallet.Register, risk.Register, payment.Register}
}

func decimalOf(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// absent has the form of a wallet's id; there is none.
const absent = "wal_01k0q3v9x8f6r8v4t0d6m2n7h5"

type book struct {
	*decidetest.Book
	t     testing.TB
	facts int
}

func open(t testing.TB, cold bool) *book {
	t.Helper()
	return &book{Book: decidetest.Open(t, cold, cores()...), t: t}
}

func (b *book) wallet(owner string) string {
	b.t.Helper()
	as := wallet.As{Principal: owner, Role: wallet.User}
	return b.Do(wallet.CommandOpenWallet, wallet.OpenWallet{As: as, Owner: owner})[0].Body.(wallet.Opened).WalletID
}

// says records a fact, each under an event id of its own, and returns its events and its result.
func (b *book) says(f payment.Fact) ([]*journal.Event, payment.Result) {
	b.t.Helper()
	b.facts++
	f.Provider = cmp.Or(f.Provider, payment.Stripe)
	f.EventID, f.Raw = fmt.Sprintf("evt_%d", b.facts), int64(b.facts)
	a := b.When(payment.CommandRecordFact, f)
	require.Nil(b.t, a.Refusal, "a fact is never refused")
	var result payment.Result
	require.NoError(b.t, json.Unmarshal(a.Result, &result))
	return a.Events, result
}

// balance is what an account holds of dollars.
func (b *book) balance(account string) string { b.t.Helper(); return b.in(account, "USD") }

// in is what an account holds of an asset.
func (b *book) in(account, asset string) string {
	b.t.Helper()
	var row ledger.Balance
	if text, ok := b.State()["balance/main/"+account+"/"+asset]; ok {
		require.NoError(b.t, json.Unmarshal([]byte(text), &row))
	}
	return row.On(ledger.Address(account).NormalSide()).String()
}

func (b *book) available(id string) string {
	b.t.Helper()
	return b.balance(wallet.Account(id, wallet.Available))
}

// told is a fact about one payment in dollars.
func told(wallet, received, refunded string) payment.Fact {
	return payment.Fact{Kind: payment.Paid, Payment: "pi_1", Asset: "USD", Received: received, Refunded: refunded, Wallet: wallet}
}

// Three types of message about one payment, and a repeat of each: one credit.
func TestOnePaymentIsOneCredit(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	id := b.wallet("usr_ann")
	b.Advance(time.Hour)
	f := told(id, "10.50", "")
	f.OccurredAt = decidetest.Start()
	events, result := b.says(f)
	require.Len(t, events, 1)
	assert.Equal(t, payment.Result{Result: payment.Booked}, result)
	e := events[0]
	assert.Equal(t, payment.Received{
		Provider: "stripe", Payment: "pi_1", Amount: ledger.Money{Amount: "10.50", Asset: "USD"}, WalletID: id,
		Source: payment.Source{EventID: "evt_1", Raw: 1},
	}, e.Body)
	assert.Equal(t, "payment/stripe/pi_1", e.Stream)
	assert.Equal(t, []string{"assets:stripe:clearing debit 10.50", wallet.Account(id, wallet.Available) + " credit 10.50"}, lines(e))
	// It counts from when it happened, and was written down later.
	assert.Equal(t, decidetest.Start().Truncate(time.Microsecond), e.EffectiveAt)
	assert.Equal(t, decidetest.Start().Add(time.Hour), e.RecordedAt)

	for _, repeat := range []payment.Fact{told(id, "10.50", ""), told("", "10.50", "0.00"), told(id, "10.5", "0"), told(absent, "10.50", "")} {
		events, result = b.says(repeat)
		assert.Empty(t, events)
		assert.Equal(t, payment.Result{Result: payment.Passed, Reason: payment.AlreadyBooked}, result)
	}
	assert.Equal(t, "10.5", b.available(id))
	assert.Equal(t, "10.5", b.balance(payment.Clearing))
}

func lines(e *journal.Event) []string {
	out := make([]string, len(e.Postings))
	for i, p := range e.Postings {
		out[i] = fmt.Sprintf("%s %s %s", p.Account, p.Side, p.Amount.StringFixed(-p.Amount.Exponent()))
	}
	return out
}

// A refund that arrives before its payment says both.
func TestRefundFirst(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	id := b.wallet("usr_ann")
	events, result := b.says(told(id, "10.00", "4.00"))
	require.Len(t, events, 2)
	assert.Equal(t, payment.Result{Result: payment.Booked}, result)
	assert.Equal(t, payment.TypeReceived, events[0].Type)
	assert.Equal(t, payment.TypeRefunded, events[1].Type)
	assert.Equal(t, []string{wallet.Account(id, wallet.Available) + " debit 4.00", "assets:stripe:clearing credit 4.00"}, lines(events[1]))
	events, result = b.says(told(id, "10.00", ""))
	assert.Empty(t, events)
	assert.Equal(t, payment.AlreadyBooked, result.Reason)

	// Refunds grow; one that is late says less and changes nothing.
	b.says(told(id, "10.00", "10.00"))
	b.says(told(id, "10.00", "7.00"))
	assert.Equal(t, "0", b.available(id))
	assert.Equal(t, "0", b.balance(payment.Clearing))
}

// Money whose wallet nobody knows waits, and moves when a later message names one.
func TestSuspense(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	id := b.wallet("usr_ann")
	_, result := b.says(told("", "10.00", ""))
	assert.Equal(t, payment.Result{Result: payment.Suspended, Reason: payment.WalletUnnamed}, result)
	for i, unknown := range []string{absent, "wal_x", "", "usr_ann", "wal_\x00", "a/b"} {
		f := told(unknown, fmt.Sprintf("1%d.00", i+1), "")
		events, result := b.says(f)
		require.Len(t, events, 1)
		assert.Equal(t, payment.Suspended, result.Result)
		assert.Equal(t, "liabilities:suspense:stripe credit 1.00", lines(events[0])[1])
	}
	assert.Equal(t, "16", b.balance(payment.Suspense))
	b.says(told("", "16.00", "6.00"))
	assert.Equal(t, "10", b.balance(payment.Suspense))

	events, result := b.says(told(id, "17.00", "6.00"))
	require.Len(t, events, 2)
	assert.Equal(t, payment.Result{Result: payment.Booked}, result)
	assert.Equal(t, payment.TypeAssigned, events[0].Type)
	assert.Equal(t, []string{"liabilities:suspense:stripe debit 10.00", wallet.Account(id, wallet.Available) + " credit 10.00"}, lines(events[0]))
	assert.Equal(t, payment.TypeReceived, events[1].Type)
	assert.Equal(t, "11", b.available(id))
	assert.Equal(t, "0", b.balance(payment.Suspense))

	// From now on it is that wallet's, whatever the messages name.
	other := b.wallet("usr_bob")
	b.says(told(other, "18.00", "6.00"))
	b.says(told("", "19.00", "6.00"))
	assert.Equal(t, "13", b.available(id))
	assert.Equal(t, "0", b.available(other))
	assert.Equal(t, b.State(), b.Replay(cores()...).State())
}

// A wallet that becomes known when nothing is left is remembered for what may still come.
func TestAssignedEmpty(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	id := b.wallet("usr_ann")
	b.says(told("", "10.00", "10.00"))
	events, result := b.says(told(id, "10.00", "10.00"))
	require.Len(t, events, 1)
	assert.Equal(t, payment.Result{Result: payment.Deferred}, result)
	assert.Equal(t, ledger.Money{Amount: "0.00", Asset: "USD"}, events[0].Body.(payment.Assigned).Amount)
	assert.Empty(t, events[0].Postings)
	b.says(told("", "12.00", "10.00"))
	assert.Equal(t, "2", b.available(id))
}

// A session may name the wallet before the bank has paid, and the message that it has may not.
func TestWalletBeforeMoney(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	id := b.wallet("usr_ann")
	events, result := b.says(told(id, "0.00", ""))
	require.Len(t, events, 1)
	assert.Equal(t, payment.Result{Result: payment.Deferred}, result)
	_, result = b.says(told(id, "0.00", ""))
	assert.Equal(t, payment.Result{Result: payment.Passed, Reason: payment.Unpaid}, result)
	_, result = b.says(told("", "10.00", ""))
	assert.Equal(t, payment.Result{Result: payment.Booked}, result)
	assert.Equal(t, "10", b.available(id))
	assert.Equal(t, b.State(), b.Replay(cores()...).State())
}

// A refund of what was spent is booked all the same; the wallet is overdrawn and frozen.
func TestOverdrawn(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	id := b.wallet("usr_ann")
	b.says(told(id, "100.00", ""))
	service := wallet.As{Principal: "key_shop", Role: wallet.Service}
	hold := wallet.PlaceHold{As: service, WalletID: id, Amount: ledger.Money{Amount: "70", Asset: "USD"}}
	b.Do(wallet.CommandPlaceHold, hold)
	events, result := b.says(told(id, "100.00", "100.00"))
	require.Len(t, events, 2)
	assert.Equal(t, payment.Booked, result.Result)
	assert.Equal(t, wallet.TypeWalletFrozen, events[1].Type)
	assert.Equal(t, "-70", b.available(id))
	hold.Amount.Amount = "1"
	require.ErrorIs(t, b.When(wallet.CommandPlaceHold, hold).Refusal, wallet.ErrWalletFrozen)

	// A frozen wallet takes money in, and is frozen once.
	second := told(id, "150.00", "")
	second.Payment = "pi_2"
	b.says(second)
	assert.Equal(t, "80", b.available(id))
	second.Refunded = "120.00"
	events, _ = b.says(second)
	require.Len(t, events, 1)
	assert.Equal(t, "-40", b.available(id))
}

func TestIgnored(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	id := b.wallet("usr_ann")
	b.says(told(id, "10.00", ""))
	change := func(f func(*payment.Fact)) payment.Fact {
		fact := told(id, "20.00", "")
		fact.Payment = "pi_2"
		f(&fact)
		return fact
	}
	for name, c := range map[string]struct {
		fact payment.Fact
		want payment.Reason
	}{
		"type":                {payment.Fact{Kind: payment.Ignored, Reason: payment.UnhandledType}, payment.UnhandledType},
		"no payment":          {change(func(f *payment.Fact) { f.Payment = "" }), payment.NoPayment},
		"odd payment":         {change(func(f *payment.Fact) { f.Payment = "pi/2" }), payment.InvalidFact},
		"U+0000":              {change(func(f *payment.Fact) { f.Payment = "pi_\x00" }), payment.InvalidFact},
		"odd asset":           {change(func(f *payment.Fact) { f.Asset = "" }), payment.InvalidFact},
		"odd sum":             {change(func(f *payment.Fact) { f.Received = "1e3" }), payment.InvalidFact},
		"negative sum":        {change(func(f *payment.Fact) { f.Refunded = "-1.00" }), payment.InvalidFact},
		"invoice":             {change(func(f *payment.Fact) { f.Invoiced = true }), payment.Invoice},
		"unpaid":              {change(func(f *payment.Fact) { f.Received, f.Wallet = "0.00", "" }), payment.Unpaid},
		"unpaid and unknown":  {change(func(f *payment.Fact) { f.Received, f.Wallet = "0.00", absent }), payment.Unpaid},
		"unknown asset":       {change(func(f *payment.Fact) { f.Asset = "DOGE" }), "unknown-asset"},
		"amount without room": {change(func(f *payment.Fact) { f.Asset, f.Received = "ISK", "5.50" }), "amount-scale"},
		"refund without room": {change(func(f *payment.Fact) { f.Refunded = "0.001" }), "amount-scale"},
		"other provider":      {change(func(f *payment.Fact) { f.Provider = "other" }), payment.InvalidFact},
		// What was received could be booked; without what was given back it would be half of the truth.
		"refund out of reach": {change(func(f *payment.Fact) { f.Refunded = strings.Repeat("9", 60) }), "invalid-field"},
		"other asset":         {change(func(f *payment.Fact) { f.Payment, f.Asset = "pi_1", "EUR" }), payment.AssetMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			events, result := b.says(c.fact)
			notBooked(t, c.want, events, result)
		})
	}
}

// notBooked asserts that a message was ignored, or, where it is the books that could not take it, held.
func notBooked(t *testing.T, want payment.Reason, events []*journal.Event, got payment.Result) {
	t.Helper()
	switch want {
	case "unknown-asset", "amount-scale", "invalid-field":
		require.Len(t, events, 1)
		assert.Equal(t, payment.TypeFactHeld, events[0].Type)
		assert.Empty(t, events[0].Postings)
		assert.Equal(t, want, events[0].Body.(payment.FactHeld).Reason)
		assert.Equal(t, payment.Result{Result: payment.Held, Reason: want}, got)
	default:
		assert.Empty(t, events)
		assert.Equal(t, payment.Result{Result: payment.Passed, Reason: want}, got)
	}
}

// Stripe's decimals become the asset's.
func TestScales(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	id := b.wallet("usr_ann")
	for asset, c := range map[string][2]string{"ISK": {"5.00", "5"}, "UGX": {"1200.00", "1200"}, "MGA": {"500", "500.00"}, "KWD": {"1.234", "1.234"}, "JPY": {"100", "100"}} {
		f := told(id, c[0], "")
		f.Payment, f.Asset = "pi_"+asset, asset
		events, _ := b.says(f)
		require.Len(t, events, 1, asset)
		assert.Equal(t, c[1], events[0].Body.(payment.Received).Amount.Amount, asset)
	}
}

// An event without a time, or with one that lies ahead, counts from when it is written down.
func TestEffective(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	id := b.wallet("usr_ann")
	for i, at := range []time.Time{{}, b.Now().Add(time.Hour)} {
		f := told(id, fmt.Sprintf("%d.00", i+1), "")
		f.OccurredAt = at
		events, _ := b.says(f)
		require.Len(t, events, 1)
		assert.Equal(t, b.Now(), events[0].EffectiveAt)
	}
}

// Deliveries of one message are one command, although they were kept in two rows.
func TestCommand(t *testing.T) {
	t.Parallel()
	f := payment.Fact{Provider: "stripe", EventID: "evt_1", Kind: payment.Ignored}
	again := f
	again.Raw, again.Wallet = 7, absent
	one, err := payment.Command(f)
	require.NoError(t, err)
	two, err := payment.Command(again)
	require.NoError(t, err)
	assert.Equal(t, one.ID, two.ID)
	assert.Equal(t, one.Hash, two.Hash)
	assert.NotZero(t, one.Hash)
	assert.Equal(t, journal.NewCommandID("provider:stripe", "evt_1"), one.ID)
	assert.Equal(t, "provider:stripe", one.Actor)
	again.EventID = "evt_2"
	three, err := payment.Command(again)
	require.NoError(t, err)
	assert.NotEqual(t, one.ID, three.ID)
	assert.NotEqual(t, one.Hash, three.Hash)
}

// Whoever moved money out of suspense by hand would see a later event pay it out a second time.
func TestSuspenseIsNobodysToMove(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	b.says(told("", "10.00", ""))
	answer := b.When(ledger.CommandPostTransaction, ledger.PostTransaction{Ledger: ledger.Main, NewTransaction: ledger.NewTransaction{Postings: []ledger.Line{
		{Account: payment.Suspense, Side: "debit", Amount: "10.00", Asset: "USD"},
		{Account: "assets:bank:main", Side: "credit", Amount: "10.00", Asset: "USD"},
	}}})
	require.ErrorIs(t, answer.Refusal, ledger.ErrOwnedAccount)
	b.says(told(b.wallet("usr_ann"), "10.00", ""))
	assert.Equal(t, "0", b.balance(payment.Suspense))
}

// A hold whose time has come gives back what keeps the wallet from being overdrawn.
func TestRefundAfterADueHold(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold)
		ann := b.wallet("usr_ann")
		b.says(told(ann, "10.00", ""))
		seconds := int64(1)
		b.Do(wallet.CommandPlaceHold, wallet.PlaceHold{
			As: wallet.As{Role: wallet.Service}, WalletID: ann, Amount: ledger.Money{Amount: "10", Asset: "USD"}, ExpiresIn: &seconds,
		})
		b.Advance(time.Second)
		events, result := b.says(told(ann, "10.00", "10.00"))
		require.Equal(t, payment.Booked, result.Result)
		require.Len(t, events, 2)
		require.Equal(t, wallet.TypeHoldExpired, events[0].Type)
		require.Equal(t, payment.TypeRefunded, events[1].Type)
		require.Equal(t, "0", b.available(ann))
	}
}
