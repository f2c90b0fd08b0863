package payment_test

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
)

// paidIn has ten dollars paid into a wallet of Ann's by a payment of ours.
func (b *book) paidIn() (id, into string) {
	b.t.Helper()
	into = b.wallet("usr_ann")
	id = b.opened(into)
	b.says(told("", "10.00", ""))
	return id, into
}

func giveBack(id, amount string) payment.Refund {
	c := payment.Refund{As: wallet.As{Principal: "usr_boss", Role: wallet.Service}, PaymentID: id, Reason: "sent back"}
	if amount != "" {
		c.Amount = &ledger.Money{Amount: amount, Asset: "USD"}
	}
	return c
}

// refunds asks for a refund and returns its id.
func (b *book) refunds(id, amount string) string {
	b.t.Helper()
	for _, e := range b.Do(payment.CommandRefund, giveBack(id, amount)) {
		if step, ok := payment.RefundStepOf(e); ok {
			return step.RefundID
		}
	}
	require.Fail(b.t, "no refund")
	return ""
}

// stands are the wallet's available and pending, and clearing.
func (b *book) stands(into string) []string {
	b.t.Helper()
	return []string{b.available(into), b.balance(wallet.Account(into, wallet.Pending)), b.balance(payment.Clearing)}
}

// hears records what the provider says of a refund of payment pi_1 in a message.
func (b *book) hears(refund, amount string, status payment.RefundStatus, at int) payment.Result {
	b.t.Helper()
	_, result := b.says(payment.Fact{Kind: payment.Refunding, Payment: "pi_1", OccurredAt: second(at), Refund: &payment.RefundFact{
		ID: refund, Amount: ledger.Money{Amount: amount, Asset: "USD"}, RefundTold: payment.RefundTold{Ref: "re_1", Status: status, At: second(at)}}})
	return result
}

func TestRefund(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	id, into := b.paidIn()
	first := b.refunds(id, "4")
	require.Equal(t, []string{"6", "4", "10"}, b.stands(into))
	require.Equal(t, payment.Result{Result: payment.Deferred, Reason: payment.NothingMoved}, b.hears(first, "4.00", payment.RefundSent, 1))
	require.Equal(t, payment.Result{Result: payment.Booked}, b.hears(first, "4.00", payment.RefundSettled, 2))
	require.Equal(t, payment.Result{Result: payment.Passed, Reason: payment.AlreadyBooked}, b.hears(first, "4.00", payment.RefundSettled, 2))
	require.Equal(t, []string{"6", "0", "6"}, b.stands(into))
	require.Equal(t, payment.StatusPartiallyRefunded, b.progress(id).Status)
	_, result := b.says(told("", "10.00", "4.00"))
	require.Equal(t, payment.Result{Result: payment.Passed, Reason: payment.AlreadyBooked}, result, "the charge says nothing new")

	second := b.refunds(id, "")
	require.Equal(t, []string{"0", "6", "6"}, b.stands(into), "all that is left")
	b.Do(payment.CommandRecordRefund, payment.RecordRefund{RefundID: second, RefundTold: payment.RefundTold{Status: payment.RefundFailed, Failure: payment.Failure{Code: "charge_disputed"}}})
	require.Equal(t, []string{"6", "0", "6"}, b.stands(into))
	// It came back after it was given back.
	b.hears(first, "4.00", payment.RefundFailed, 9)
	require.Equal(t, []string{"10", "0", "10"}, b.stands(into))
	require.Equal(t, payment.StatusSucceeded, b.progress(id).Status)
	_, result = b.says(told("", "10.00", "4.00")) // of before that
	require.Equal(t, payment.Result{Result: payment.Passed, Reason: payment.AlreadyBooked}, result)
	require.Equal(t, []string{"10", "0", "10"}, b.stands(into))
}

func TestRefundRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before func(*book, string, string)
		change func(*payment.Refund)
		want   *journal.Refusal
	}{
		"too much":         {nil, func(c *payment.Refund) { c.Amount.Amount = "10.01" }, payment.ErrRefundTooLarge},
		"more than left":   {func(b *book, id, _ string) { b.refunds(id, "7") }, nil, payment.ErrRefundTooLarge},
		"nothing left":     {func(b *book, id, _ string) { b.refunds(id, "") }, func(c *payment.Refund) { c.Amount = nil }, payment.ErrRefundTooLarge},
		"given back there": {func(b *book, _, _ string) { b.says(told("", "10.00", "7.00")) }, nil, payment.ErrRefundTooLarge},
		"another asset":    {nil, func(c *payment.Refund) { c.Amount.Asset = "EUR" }, ledger.ErrInvalidField},
		"decimals":         {nil, func(c *payment.Refund) { c.Amount.Amount = "0.001" }, ledger.ErrAmountScale},
		"of a user":        {nil, func(c *payment.Refund) { c.As = asUser("usr_eve") }, payment.ErrNotFound},
		"no payment":       {nil, func(c *payment.Refund) { c.PaymentID = "pay_x" }, payment.ErrNotFound},
		"frozen": {func(b *book, _, into string) {
			b.Do(wallet.CommandFreezeWallet, wallet.FreezeWallet{WalletID: into, Reason: "looked at"})
		}, nil, wallet.ErrWalletFrozen},
		"spent": {func(b *book, _, into string) {
			to := b.wallet("usr_bob")
			b.Do(wallet.CommandTransfer, wallet.Transfer{
				As: asUser("usr_ann"), NewTransfer: wallet.NewTransfer{FromWallet: into, ToWallet: to, Amount: ledger.Money{Amount: "9", Asset: "USD"}},
			})
		}, nil, ledger.ErrInsufficientFunds},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t, true)
			id, into := b.paidIn()
			if test.before != nil {
				test.before(b, id, into)
			}
			c := giveBack(id, "4")
			if test.change != nil {
				test.change(&c)
			}
			a := b.When(payment.CommandRefund, c)
			require.ErrorIs(t, a.Refusal, test.want)
			assert.Empty(t, a.Events)
		})
	}
	b := open(t, true)
	require.ErrorIs(t, b.When(payment.CommandRefund, giveBack(b.opened(b.wallet("usr_ann")), "1")).Refusal, payment.ErrWrongStatus, "nobody has paid")
}

// A message names any refund it likes: it is ours only if it is of that payment and of that amount.
func TestWhoseARefundIs(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	id, into := b.paidIn()
	one := b.refunds(id, "4")
	require.Equal(t, payment.NothingMoved, b.hears(one, "5.00", payment.RefundSettled, 1).Reason)
	require.Equal(t, payment.NothingMoved, b.hears("ref_nonsense", "4.00", payment.RefundSettled, 1).Reason)
	_, result := b.says(payment.Fact{Kind: payment.Refunding, Payment: "pi_2", Refund: &payment.RefundFact{
		ID: one, Amount: ledger.Money{Amount: "4.00", Asset: "USD"}, RefundTold: payment.RefundTold{Ref: "re_1", Status: payment.RefundSettled}}})
	require.Equal(t, payment.NothingMoved, result.Reason)
	require.Equal(t, []string{"6", "4", "10"}, b.stands(into))
}

// Refunds are asked for here and made at the provider, settle and fail, and messages of it all come late, twice, or
// not at all: after a last look at the charge the books have what the provider has.
func TestRefundsEndAsTheProviderHasThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		b := open(t, rapid.Bool().Draw(r, "cold"))
		id, into := b.paidIn()
		provider := struct{ refunded int64 }{}
		var late []payment.Fact
		var answers []payment.RecordRefund
		charge := func(at int) {
			f := told("", "10.00", decimal.New(provider.refunded, -2).StringFixed(2))
			f.OccurredAt = second(at)
			late = append(late, f)
		}
		for at := 1; at <= rapid.IntRange(1, 8).Draw(r, "steps"); at++ {
			// Each step happens at the provider's and here in the same second.
			b.Advance(second(at).Sub(b.Now()))
			amount := rapid.Int64Range(1, 400).Draw(r, "amount")
			text := decimal.New(amount, -2).StringFixed(2)
			if rapid.Bool().Draw(r, "at the provider") {
				if provider.refunded+amount <= 1000 {
					provider.refunded += amount
					charge(at)
				}
			} else if a := b.When(payment.CommandRefund, giveBack(id, text)); a.Refusal == nil {
				refund, _ := payment.RefundStepOf(a.Events[0])
				answer := payment.RefundTold{Ref: fmt.Sprintf("re_%d", at), Status: payment.RefundSettled, At: second(at)}
				if provider.refunded+amount > 1000 {
					answer = payment.RefundTold{Status: payment.RefundFailed, Failure: payment.Failure{Code: "charge_already_refunded"}}
				} else {
					provider.refunded += amount
					charge(at)
					if rapid.Bool().Draw(r, "fails later") {
						answer.Status = payment.RefundFailed
						provider.refunded -= amount
					}
				}
				if rapid.Bool().Draw(r, "by message") && answer.Ref != "" {
					late = append(late, payment.Fact{Kind: payment.Refunding, Payment: "pi_1", OccurredAt: second(at), Refund: &payment.RefundFact{
						ID: refund.RefundID, Amount: refund.Amount, RefundTold: answer}})
				}
				answers = append(answers, payment.RecordRefund{RefundID: refund.RefundID, RefundTold: answer})
			}
			for len(answers) > 0 && rapid.Bool().Draw(r, "answered") {
				b.Do(payment.CommandRecordRefund, answers[0])
				answers = answers[1:]
			}
			// Some of what is under way comes, in any order; it may come again.
			for range rapid.IntRange(0, 2).Draw(r, "come") {
				if len(late) > 0 {
					b.says(late[rapid.IntRange(0, len(late)-1).Draw(r, "which")])
				}
			}
		}
		for _, answer := range answers {
			b.Do(payment.CommandRecordRefund, answer)
		}
		charge(20)
		b.says(late[len(late)-1])
		require.Equal(r, decimal.New(1000-provider.refunded, -2).String(), b.balance(payment.Clearing))
		require.Equal(r, decimal.New(1000-provider.refunded, -2).String(), b.available(into))
		require.Equal(r, "0", b.balance(wallet.Account(into, wallet.Pending)))
	})
}
