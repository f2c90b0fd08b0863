package payment_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
)

func asUser(who string) wallet.As { return wallet.As{Principal: who, Role: wallet.User} }

// asks asks for ten dollars into a wallet of Ann's.
func asks(into string) payment.Create {
	return payment.Create{
		As: asUser("usr_ann"), Provider: payment.Stripe, WalletID: into, Amount: ledger.Money{Amount: "10", Asset: "USD"}, Method: payment.Intent,
	}
}

// opened has a payment of ten dollars opened by the provider, as pi_1.
func (b *book) opened(into string) string {
	b.t.Helper()
	id := b.Do(payment.CommandCreate, asks(into))[0].Body.(payment.Created).PaymentID
	b.Do(payment.CommandRecordOpened, payment.RecordOpened{PaymentID: id, Ref: "pi_1", Intent: "pi_1", Told: payment.StatusCreated, At: second(0)})
	return id
}

// second is a time by the provider's clock.
func second(n int) time.Time {
	return decidetest.Start().Truncate(time.Second).Add(time.Duration(n) * time.Second)
}

// progress is how a payment stands after the last event of its own.
func (b *book) progress(id string) (p payment.Progress) {
	for _, e := range b.Events() {
		if step, ok := payment.StepOf(e); ok && step.PaymentID == id {
			p = step.Progress
		}
	}
	return p
}

func TestCreate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*payment.Create)
		want   *journal.Refusal
	}{
		"intent":           {func(*payment.Create) {}, nil},
		"checkout":         {func(c *payment.Create) { c.Method, c.SuccessURL = payment.Checkout, "https://shop.example.com/?paid=1" }, nil},
		"by a service":     {func(c *payment.Create) { c.As = wallet.As{Principal: "key_shop", Role: wallet.Service} }, nil},
		"somebody else's":  {func(c *payment.Create) { c.As = asUser("usr_eve") }, wallet.ErrWalletNotFound},
		"no wallet":        {func(c *payment.Create) { c.WalletID = absent }, wallet.ErrWalletNotFound},
		"nothing":          {func(c *payment.Create) { c.Amount.Amount = "0" }, ledger.ErrInvalidField},
		"decimals":         {func(c *payment.Create) { c.Amount.Amount = "0.001" }, ledger.ErrAmountScale},
		"unknown asset":    {func(c *payment.Create) { c.Amount.Asset = "XYZ" }, ledger.ErrUnknownAsset},
		"no method":        {func(c *payment.Create) { c.Method = "cash" }, ledger.ErrInvalidField},
		"checkout to none": {func(c *payment.Create) { c.Method = payment.Checkout }, ledger.ErrInvalidField},
		"intent to a page": {func(c *payment.Create) { c.CancelURL = "https://shop.example.com" }, ledger.ErrInvalidField},
		"to a script":      {func(c *payment.Create) { c.Method, c.SuccessURL = payment.Checkout, "javascript:alert(1)" }, ledger.ErrInvalidField},
		"to a password": {func(c *payment.Create) {
			c.Method, c.SuccessURL = payment.Checkout, "https://ann:secret@shop.example.com"
		}, ledger.ErrInvalidField},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t, true)
			c := asks(b.wallet("usr_ann"))
			test.change(&c)
			a := b.When(payment.CommandCreate, c)
			if test.want != nil {
				require.ErrorIs(t, a.Refusal, test.want)
				require.Empty(t, a.Events)
				return
			}
			require.Nil(t, a.Refusal)
			require.Len(t, a.Events, 1)
			body := a.Events[0].Body.(payment.Created)
			assert.Equal(t, []any{"10.00", "usr_ann", payment.Stripe}, []any{body.Amount.Amount, body.Owner, body.Provider})
			assert.Empty(t, a.Events[0].Postings)
		})
	}
}

func TestCreateForAClosedWallet(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	w := b.wallet("usr_ann")
	b.Do(wallet.CommandCloseWallet, wallet.CloseWallet{As: asUser("usr_ann"), WalletID: w, Reason: "done"})
	require.ErrorIs(t, b.When(payment.CommandCreate, asks(w)).Refusal, wallet.ErrWalletClosed)
}

// What is told of a payment, in the order of its columns: what the provider says, at which second, and how it stands
// after.
func TestProgress(t *testing.T) {
	t.Parallel()
	says := func(told payment.Status, at int) payment.Fact {
		return payment.Fact{Kind: payment.Told, Payment: "pi_1", Asset: "USD", Told: told, OccurredAt: second(at)}
	}
	paid := func(received, refunded string) payment.Fact {
		f := told("", received, refunded)
		f.OccurredAt = second(9)
		return f
	}
	declined := says(payment.StatusFailed, 3)
	declined.Failure = payment.Failure{Code: "card_declined"}
	for name, test := range map[string]struct {
		facts []payment.Fact
		want  []payment.Status
	}{
		"paid":                {[]payment.Fact{says("processing", 2), paid("10.00", "")}, []payment.Status{"processing", "succeeded"}},
		"old word":            {[]payment.Fact{says("processing", 2), says("requires_action", 1)}, []payment.Status{"processing", "processing"}},
		"same second":         {[]payment.Fact{says("processing", 2), says("requires_action", 2), says("canceled", 2)}, []payment.Status{"processing", "processing", "canceled"}},
		"declined, then paid": {[]payment.Fact{declined, says("processing", 4), paid("10.00", "")}, []payment.Status{"failed", "processing", "succeeded"}},
		"money before words":  {[]payment.Fact{paid("10.00", ""), says("canceled", 10)}, []payment.Status{"succeeded", "succeeded"}},
		"word of money":       {[]payment.Fact{says("succeeded", 2), paid("10.00", "")}, []payment.Status{"processing", "succeeded"}},
		"given back":          {[]payment.Fact{paid("10.00", "4.00"), paid("10.00", "10.00"), paid("10.00", "4.00")}, []payment.Status{"partially_refunded", "refunded", "refunded"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t, true)
			id := b.opened(b.wallet("usr_ann"))
			for i, f := range test.facts {
				b.says(f)
				require.Equal(t, test.want[i], b.progress(id).Status, "%d", i)
			}
		})
	}
}

func TestADisputeIsThePaymentsToo(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	id := b.opened(b.wallet("usr_ann"))
	b.says(told("", "10.00", ""))
	dispute := func(status payment.DisputeStatus, at int, moved ...payment.Movement) payment.Progress {
		b.says(payment.Fact{Kind: payment.Disputed, Payment: "pi_1", OccurredAt: second(at), Dispute: &payment.DisputeFact{
			ID: "dp_1", Amount: ledger.Money{Amount: "6.00", Asset: "USD"}, Status: status, Movements: moved}})
		return b.progress(id)
	}
	out := payment.Movement{ID: "txn_1", Asset: "USD", Amount: "-6.00", Fee: "15.00"}
	back := payment.Movement{ID: "txn_2", Asset: "USD", Amount: "6.00", Fee: "0.00"}
	require.Equal(t, payment.StatusSucceeded, dispute(payment.DisputeInquiry, 1).Status)
	p := dispute(payment.DisputeNeedsResponse, 2, out)
	require.Equal(t, []any{payment.StatusDisputed, "6.00"}, []any{p.Status, p.Disputed})
	p = dispute(payment.DisputeWon, 3, out, back)
	require.Equal(t, []any{payment.StatusSucceeded, ""}, []any{p.Status, p.Disputed})
}

// Metadata is anybody's word: a payment of the provider's is ours only if it fits what we asked for.
func TestWhoseAPaymentIs(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	anns, eves := b.wallet("usr_ann"), b.wallet("usr_eve")
	id := b.Do(payment.CommandCreate, asks(anns))[0].Body.(payment.Created).PaymentID
	named := func(intent, asset, into string) payment.Fact {
		return payment.Fact{Kind: payment.Paid, Payment: intent, Asset: asset, Received: "10.00", Wallet: into, Order: id, OccurredAt: second(1)}
	}
	b.says(named("pi_eur", "EUR", eves))
	require.Empty(t, b.progress(id), "of another asset")
	b.says(named("pi_1", "USD", eves))
	require.Equal(t, "pi_1", b.progress(id).Intent)
	require.Equal(t, "10", b.available(anns), "what we wrote down weighs more than metadata")
	b.says(named("pi_2", "USD", eves))
	require.Equal(t, []string{"10", "10"}, []string{b.available(anns), b.available(eves)}, "a second payment is none of ours")
	require.Equal(t, "10.00", b.progress(id).Received)
	_, result := b.says(payment.Fact{Kind: payment.Told, Payment: "pi_3", Asset: "USD", Order: "pay_nonsense", Told: payment.StatusCanceled})
	require.Equal(t, payment.Result{Result: payment.Passed, Reason: payment.NothingMoved}, result)
}

func TestCancelPayment(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	id := b.Do(payment.CommandCreate, asks(b.wallet("usr_ann")))[0].Body.(payment.Created).PaymentID
	cancel := func(who string) *journal.Refusal {
		return b.When(payment.CommandCancel, payment.Cancel{As: asUser(who), PaymentID: id}).Refusal
	}
	require.ErrorIs(t, cancel("usr_ann"), payment.ErrWrongStatus, "the provider does not know of it")
	b.Do(payment.CommandRecordOpened, payment.RecordOpened{PaymentID: id, Ref: "pi_1", Intent: "pi_1", Told: payment.StatusCreated, At: second(0)})
	require.ErrorIs(t, cancel("usr_eve"), payment.ErrNotFound)
	require.Nil(t, cancel("usr_ann"))
	require.Equal(t, payment.StatusCreated, b.progress(id).Status, "until the provider has said so")
	b.Do(payment.CommandRecordCanceled, payment.RecordCanceled{PaymentID: id, Failure: payment.Failure{Code: "payment_intent_unexpected_state"}})
	require.Equal(t, payment.StatusCreated, b.progress(id).Status)
	b.Do(payment.CommandRecordCanceled, payment.RecordCanceled{PaymentID: id})
	require.Equal(t, payment.StatusCanceled, b.progress(id).Status)
	require.ErrorIs(t, cancel("usr_ann"), payment.ErrWrongStatus)
	b.says(told("", "10.00", ""))
	require.Equal(t, payment.StatusSucceeded, b.progress(id).Status, "money weighs more than words")
}

// However messages come, doubled and out of order, also before the provider's answer, a payment ends the same.
func TestPaymentsEndTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		b := open(t, rapid.Bool().Draw(r, "cold"))
		w := b.wallet("usr_ann")
		id := b.Do(payment.CommandCreate, asks(w))[0].Body.(payment.Created).PaymentID
		history := []payment.Fact{
			{Kind: payment.Told, Told: payment.StatusCreated, OccurredAt: second(0)},
			{Kind: payment.Told, Told: payment.StatusRequiresAction, OccurredAt: second(1)},
			{Kind: payment.Told, Told: payment.StatusFailed, OccurredAt: second(2), Failure: payment.Failure{Code: "card_declined"}},
			{Kind: payment.Told, Told: payment.StatusProcessing, OccurredAt: second(3)},
			{Kind: payment.Paid, Received: "10.00", OccurredAt: second(4)},
			{Kind: payment.Paid, Received: "10.00", Refunded: "2.50", OccurredAt: second(5)},
			{Kind: payment.Paid, Received: "10.00", Refunded: "7.50", OccurredAt: second(6)},
		}
		order := rapid.Permutation([]int{0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 7}).Draw(r, "order")
		for _, i := range order {
			if i == len(history) {
				b.Do(payment.CommandRecordOpened, payment.RecordOpened{PaymentID: id, Ref: "pi_1", Intent: "pi_1", Told: payment.StatusCreated, At: second(0)})
				continue
			}
			f := history[i]
			f.Payment, f.Asset, f.Order = "pi_1", "USD", id
			b.says(f)
		}
		got := b.progress(id)
		want := payment.Progress{
			Status: payment.StatusPartiallyRefunded, Told: payment.StatusProcessing, ToldAt: second(3), ProviderRef: "pi_1", Intent: "pi_1",
			Received: "10.00", Refunded: "7.50",
		}
		require.Equal(r, want, got, "%v", order)
		require.Equal(r, "2.5", b.available(w), "%v", order)
	})
}
