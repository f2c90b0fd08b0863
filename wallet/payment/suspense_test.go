package payment_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
)

func asBoss() wallet.As { return wallet.As{Principal: "usr_boss", Role: wallet.Service} }

// assigns gives what an event put into suspense to a wallet.
func assigns(e *journal.Event, walletID string) payment.Assign {
	return payment.Assign{As: asBoss(), SuspenseID: payment.SuspenseID(e), Key: payment.Suspensions(e)[0].Key, WalletID: walletID, Reason: "Her letter of May 4"}
}

// What waits is given to a wallet once, and what is heard of the payment later is that wallet's.
func TestAssign(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann, eve := b.wallet("usr_ann"), b.wallet("usr_eve")
	events, _ := b.says(told(absent, "10.00", ""))
	received := events[0].Body.(payment.Received)
	assert.Equal(t, []any{payment.WalletUnknown, absent}, []any{received.Reason, received.Named})
	b.says(told(absent, "10.00", "4.00"))
	c := assigns(events[0], ann)

	for name, wrong := range map[string]struct {
		change func(*payment.Assign)
		want   *journal.Refusal
	}{
		"no wallet":    {func(c *payment.Assign) { c.WalletID = absent }, wallet.ErrWalletNotFound},
		"no id":        {func(c *payment.Assign) { c.WalletID = "" }, ledger.ErrInvalidField},
		"no reason":    {func(c *payment.Assign) { c.Reason = "" }, ledger.ErrInvalidField},
		"another id":   {func(c *payment.Assign) { c.SuspenseID += "x" }, payment.ErrSuspenseNotFound},
		"another item": {func(c *payment.Assign) { c.Key = "stripe/pi_2/USD" }, payment.ErrSuspenseNotFound},
	} {
		odd := c
		wrong.change(&odd)
		require.ErrorIs(t, b.When(payment.CommandAssign, odd).Refusal, wrong.want, name)
	}
	closed := b.wallet("usr_bob")
	b.Do(wallet.CommandCloseWallet, wallet.CloseWallet{As: asBoss(), WalletID: closed, Reason: "He left."})
	c.WalletID = closed
	require.ErrorIs(t, b.When(payment.CommandAssign, c).Refusal, wallet.ErrWalletClosed)

	c.WalletID = ann
	done := b.Do(payment.CommandAssign, c)
	require.Len(t, done, 1)
	assert.Equal(t, payment.Assigned{
		Provider: "stripe", Payment: "pi_1", Amount: ledger.Money{Amount: "6.00", Asset: "USD"}, WalletID: ann, SuspenseID: c.SuspenseID, Reason: "Her letter of May 4", AssignedBy: "usr_boss",
	}, done[0].Body)
	assert.Equal(t, []string{"liabilities:suspense:stripe debit 6.00", wallet.Account(ann, wallet.Available) + " credit 6.00"}, lines(done[0]))
	require.ErrorIs(t, b.When(payment.CommandAssign, c).Refusal, payment.ErrSuspenseEmpty)
	c.WalletID = eve
	require.ErrorIs(t, b.When(payment.CommandAssign, c).Refusal, payment.ErrSuspenseEmpty)

	b.says(told(eve, "15.00", "4.00"))
	assert.Equal(t, []string{"11", "0", "0"}, []string{b.available(ann), b.available(eve), b.balance(payment.Suspense)})
	assert.Equal(t, b.State(), b.Replay(cores()...).State())
}

// With the money the wallet takes on what was disputed of it, and lost.
func TestAssignDisputed(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	b.Advance(time.Hour)
	ann := b.wallet("usr_ann")
	events, _ := b.says(told("", "100.00", ""))
	b.says(disputed(1, payment.DisputeNeedsResponse, taken()))
	b.Do(payment.CommandAssign, assigns(events[0], ann))
	held := b.balance(wallet.Account(ann, wallet.Disputed))
	assert.NotEqual(t, "0", held)
	assert.Equal(t, []string{"0", "100"}, []string{b.balance(payment.Suspense), decimalOf(held).Add(decimalOf(b.available(ann))).String()})
	b.says(disputed(2, payment.DisputeLost, taken()))
	assert.Equal(t, []string{"0", "0"}, []string{b.balance(payment.Suspense), b.balance(wallet.Account(ann, wallet.Disputed))})
}

// What comes back to a wallet that is closed by then waits too.
func TestAssignWhatCameBack(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann, eve := b.wallet("usr_ann"), b.wallet("usr_eve")
	id := b.opened(ann)
	b.says(payment.Fact{Kind: payment.Paid, Payment: "pi_1", Asset: "USD", Received: "10.00", Order: id})
	asked := b.Do(payment.CommandRefund, payment.Refund{As: asBoss(), PaymentID: id})
	ref := asked[0].Body.(payment.RefundAsked).RefundID
	b.Do(payment.CommandRecordRefund, payment.RecordRefund{RefundID: ref, RefundTold: payment.RefundTold{Ref: "re_1", Status: payment.RefundSettled}})
	b.Do(wallet.CommandCloseWallet, wallet.CloseWallet{As: asBoss(), WalletID: ann, Reason: "She left."})
	var undone *journal.Event
	for _, e := range b.Do(payment.CommandRecordRefund, payment.RecordRefund{RefundID: ref, RefundTold: payment.RefundTold{Ref: "re_1", Status: payment.RefundFailed}}) {
		if e.Type == payment.TypeRefundFailed {
			undone = e
		}
	}
	require.Equal(t, "10", b.balance(payment.Suspense))
	b.Do(payment.CommandAssign, assigns(undone, eve))
	assert.Equal(t, []string{"0", "10"}, []string{b.balance(payment.Suspense), b.available(eve)})
	assert.Equal(t, b.State(), b.Replay(cores()...).State())
}

// What the books cannot take is kept, each thing that is said once, and booked when they can: when finance asks for it,
// or with the next message about it.
func TestHeld(t *testing.T) {
	t.Parallel()
	for _, byHand := range []bool{true, false} {
		b := open(t, true)
		ann := b.wallet("usr_ann")
		doge := told(ann, "10.00", "")
		doge.Asset = "DOGE"
		events, result := b.says(doge)
		notBooked(t, "unknown-asset", events, result)
		first := events[0].Body.(payment.FactHeld)
		assert.Equal(t, payment.SuspenseID(events[0]), first.HeldID)
		events, result = b.says(doge)
		assert.Empty(t, events, "that was said before")
		assert.Equal(t, payment.Held, result.Result)
		doge.Refunded = "4.00"
		events, _ = b.says(doge)
		assert.Equal(t, first.HeldID, events[0].Body.(payment.FactHeld).HeldID)

		c := payment.BookHeld{As: asBoss(), HeldID: first.HeldID, Key: first.Key}
		require.ErrorIs(t, b.When(payment.CommandBookHeld, c).Refusal, payment.ErrStillHeld)
		b.Do(ledger.CommandRegisterAsset, ledger.RegisterAsset{Code: "DOGE", Scale: 2})
		if byHand {
			c.Key = "stripe/paid/pi_2"
			require.ErrorIs(t, b.When(payment.CommandBookHeld, c).Refusal, payment.ErrSuspenseNotFound)
			c.Key = first.Key
			done := b.Do(payment.CommandBookHeld, c)
			require.Len(t, done, 3)
			assert.Equal(t, payment.FactBooked{HeldID: first.HeldID, Key: first.Key, BookedBy: "usr_boss"}, done[2].Body)
		} else {
			doge.Refunded = ""
			events, result = b.says(doge)
			require.Len(t, events, 3)
			assert.Equal(t, payment.Booked, result.Result)
			assert.Equal(t, payment.FactBooked{HeldID: first.HeldID, Key: first.Key}, events[2].Body)
		}
		assert.Equal(t, "6", b.in(wallet.Account(ann, wallet.Available), "DOGE"))
		require.ErrorIs(t, b.When(payment.CommandBookHeld, c).Refusal, payment.ErrSuspenseEmpty)
		assert.Equal(t, b.State(), b.Replay(cores()...).State())
	}
}

// Of many messages about one thing the newest are held: each says how it stands in all.
func TestHeldIsBounded(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann := b.wallet("usr_ann")
	doge := told(ann, "100.00", "")
	doge.Asset = "DOGE"
	for n := range payment.MaxHeld + 5 {
		doge.Refunded = fmt.Sprintf("0.%02d", n+1)
		b.says(doge)
	}
	b.Do(ledger.CommandRegisterAsset, ledger.RegisterAsset{Code: "DOGE", Scale: 2})
	b.says(doge)
	assert.Equal(t, "99.45", b.in(wallet.Account(ann, wallet.Available), "DOGE"))
}
