package readmodel_test

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
	"github.com/florinledger/florin/wallet/query"
)

// hears has a provider tell something.
func (l *library) hears(f payment.Fact) []*journal.Event {
	l.t.Helper()
	f.Provider, f.EventID, f.OccurredAt = payment.Stripe, fmt.Sprintf("evt_h%d", l.asked), l.now
	return l.do(payment.CommandRecordFact, f)
}

// What waits in suspense, or is held, is found until it is seen to, whatever the batches that the events came in.
func TestSuspense(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 100} {
		l := openWallets(t)
		ann, _ := l.wallet("usr_ann", "", nil)
		l.pays(ann, "pi_0", "5.00", "")
		first := l.pays("", "pi_1", "10.00", "")[0]
		second := l.pays("wal_x", "pi_2", "20.00", "")[0]
		less := l.pays("", "pi_1", "10.00", "4.00")[0]
		doge := payment.Fact{Kind: payment.Paid, Payment: "pi_3", Asset: "DOGE", Received: "7.00", Wallet: ann}
		held := l.hears(doge)[0]
		doge.Refunded = "1.00"
		more := l.hears(doge)[0]
		l.project(size)
		finds := func(want ...query.FoundSuspense) {
			t.Helper()
			got, err := l.reads.InSuspense(t.Context(), 0, 10)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		}
		money := query.FoundSuspense{First: second.Position, Last: second.Position, Amount: "20.00"}
		other := query.FoundSuspense{First: first.Position, Last: less.Position, Amount: "6.00"}
		finds(query.FoundSuspense{First: held.Position, Last: more.Position, Messages: 2}, money, other)
		page, err := l.reads.InSuspense(t.Context(), held.Position, 1)
		require.NoError(t, err)
		assert.Equal(t, []query.FoundSuspense{money}, page)

		l.do(ledger.CommandRegisterAsset, ledger.RegisterAsset{Code: "DOGE", Scale: 2})
		l.do(payment.CommandBookHeld, payment.BookHeld{HeldID: payment.SuspenseID(held), Key: "stripe/paid/pi_3"})
		assigned := l.do(payment.CommandAssign, payment.Assign{
			As: service(), SuspenseID: payment.SuspenseID(second), Key: "stripe/pi_2/USD", WalletID: ann, Reason: "Her letter",
		})[0]
		l.project(size)
		finds(other)
		at, ok, err := l.reads.SuspenseItem(t.Context(), second.Position)
		require.NoError(t, err)
		require.True(t, ok)
		assert.Equal(t, query.FoundSuspense{First: second.Position, Last: assigned.Position, Amount: "0.00"}, at)
		_, ok, err = l.reads.SuspenseItem(t.Context(), held.Position)
		require.NoError(t, err)
		assert.False(t, ok, "it is booked")
	}
}

// What is found of disputes is where the journal shows them.
func TestDisputes(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 100} {
		l := openWallets(t)
		ann, _ := l.wallet("usr_ann", "", nil)
		usd := func(amount string) ledger.Money { return ledger.Money{Amount: amount, Asset: "USD"} }
		asked := l.do(payment.CommandCreate, payment.Create{As: service(), Provider: payment.Stripe, WalletID: ann, Amount: usd("10"), Method: payment.Intent})[0]
		l.do(payment.CommandRecordOpened, payment.RecordOpened{PaymentID: asked.ID().Format("pay"), Ref: "pi_1", Intent: "pi_1", Told: payment.StatusCreated})
		l.pays(ann, "pi_1", "10.00", "")
		l.pays("", "pi_2", "10.00", "")
		disputes := func(id, paid string, status payment.DisputeStatus, moved ...payment.Movement) []*journal.Event {
			l.now = l.now.Add(time.Second)
			return l.hears(payment.Fact{Kind: payment.Disputed, Payment: paid, Dispute: &payment.DisputeFact{ID: id, Amount: usd("10.00"), Status: status, Movements: moved}})
		}
		taken := payment.Movement{ID: "txn_1", Asset: "USD", Amount: "-10.00", Fee: "15.00"}
		first := disputes("dp_1", "pi_1", payment.DisputeNeedsResponse, taken)
		second := disputes("dp_2", "pi_2", payment.DisputeInquiry)[0]
		back := payment.Movement{ID: "txn_2", Asset: "USD", Amount: "10.00", Fee: "-5.00"}
		won := disputes("dp_1", "pi_1", payment.DisputeWon, taken, back)
		l.project(size)
		finds := func(f query.DisputeFilter, want ...query.FoundDispute) {
			t.Helper()
			f.Limit = 10
			got, err := l.reads.Disputes(t.Context(), f)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		}
		moved := func(events []*journal.Event) *journal.Event {
			for _, e := range events {
				if e.Type == payment.TypeFundsReinstated {
					return e
				}
			}
			return nil
		}(won)
		ours := query.FoundDispute{First: first[0].Position, Updated: won[0].Position, Figures: moved.Position, Last: moved.Position, Payment: asked.Position, Fee: usd("10.00")}
		theirs := query.FoundDispute{First: second.Position, Updated: second.Position, Last: second.Position}
		finds(query.DisputeFilter{}, theirs, ours)
		finds(query.DisputeFilter{Status: payment.DisputeWon}, ours)
		finds(query.DisputeFilter{Status: payment.DisputeLost})
		finds(query.DisputeFilter{WalletID: ann}, ours)
		finds(query.DisputeFilter{Payment: asked.Position}, ours)
		finds(query.DisputeFilter{Position: second.Position}, theirs)
		finds(query.DisputeFilter{Before: second.Position}, ours)
	}
}

// What has not come to its end is found by when it was asked for, and nothing else is.
func TestOpenPayments(t *testing.T) {
	t.Parallel()
	l := openWallets(t)
	ann, _ := l.wallet("usr_ann", "", nil)
	creates := func() (string, *journal.Event) {
		l.now = l.now.Add(time.Minute)
		e := l.do(payment.CommandCreate, payment.Create{
			As: service(), Provider: payment.Stripe, WalletID: ann, Amount: ledger.Money{Amount: "10", Asset: "USD"}, Method: payment.Intent,
		})[0]
		return e.ID().Format("pay"), e
	}
	opens := func(id, intent string, told payment.Status) *journal.Event {
		return l.do(payment.CommandRecordOpened, payment.RecordOpened{PaymentID: id, Ref: intent, Intent: intent, Told: told, At: l.now})[0]
	}
	_, _ = creates() // which nobody has opened
	id, first := creates()
	opened := opens(id, "pi_1", payment.StatusCreated)
	id, _ = creates()
	opens(id, "pi_2", payment.StatusCanceled)
	id, late := creates()
	processing := opens(id, "pi_3", payment.StatusProcessing)
	id, _ = creates()
	opens(id, "pi_4", payment.StatusCreated)
	l.pays(ann, "pi_4", "10.00", "")
	var refunds []*journal.Event
	for _, amount := range []string{"1", "2"} {
		refunds = append(refunds, l.do(payment.CommandRefund, payment.Refund{
			As: wallet.As{Principal: "usr_boss", Role: wallet.Service}, PaymentID: id, Amount: &ledger.Money{Amount: amount, Asset: "USD"},
		})[0])
	}
	sent := l.do(payment.CommandRecordRefund, payment.RecordRefund{
		RefundID: refunds[1].ID().Format("ref"), RefundTold: payment.RefundTold{Ref: "re_1", Status: payment.RefundSent},
	})[0]
	l.project(100)

	finds := func(list func(from, until time.Time, after int64, limit int) ([]payment.Unsettled, error), from, until time.Time, after int64, limit int, want ...payment.Unsettled) {
		t.Helper()
		got, err := list(from, until, after, limit)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	open := func(from, until time.Time, after int64, limit int) ([]payment.Unsettled, error) {
		return l.reads.OpenPayments(t.Context(), from, until, after, limit)
	}
	one, two := payment.Unsettled{Asked: first.Position, Last: opened.Position}, payment.Unsettled{Asked: late.Position, Last: processing.Position}
	begin, end := first.RecordedAt.Add(-time.Hour), late.RecordedAt.Add(time.Hour)
	finds(open, begin, end, 0, 10, one, two)
	finds(open, begin, end, 0, 1, one)
	finds(open, begin, end, first.Position, 10, two)
	finds(open, begin, first.RecordedAt.Add(time.Second), 0, 10, one)
	finds(open, first.RecordedAt.Add(time.Second), end, 0, 10, two)
	finds(open, end, end.Add(time.Hour), 0, 10)
	finds(func(from, until time.Time, after int64, limit int) ([]payment.Unsettled, error) {
		return l.reads.OpenRefunds(t.Context(), from, until, after, limit)
	}, begin, end, 0, 10, payment.Unsettled{Asked: refunds[1].Position, Last: sent.Position})
}
