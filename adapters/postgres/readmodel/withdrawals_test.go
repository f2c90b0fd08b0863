package readmodel_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// What is found of withdrawals is where the journal shows them, whatever the batches that the events came in.
func TestWithdrawals(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 100} {
		l := openWallets(t)
		withdrawal.Register(l.registry)
		ann, _ := l.wallet("usr_ann", "", nil)
		more, _ := l.wallet("usr_ann", "", nil)
		bob, _ := l.wallet("usr_bob", "", nil)
		for intent, id := range map[string]string{"pi_1": ann, "pi_2": more, "pi_3": bob} {
			l.pays(id, intent, "100.00", "")
		}
		request := func(from string) *journal.Event {
			return l.do(withdrawal.CommandRequest, withdrawal.Request{
				As: service(), WalletID: from, Amount: ledger.Money{Amount: "1", Asset: "USD"}, DestinationType: withdrawal.IBAN, Destination: seal.Text("x"),
			})[0]
		}
		on := func(e *journal.Event) withdrawal.On {
			return withdrawal.On{As: wallet.As{Principal: "usr_boss", Role: wallet.Service}, WithdrawalID: e.ID().Format("wdr")}
		}
		first := request(ann)
		l.now = l.now.Add(time.Hour)
		second, third, his := request(more), request(ann), request(bob)
		approved := l.do(withdrawal.CommandApprove, withdrawal.Approve{On: on(first)})[0]
		canceled := l.do(withdrawal.CommandCancel, withdrawal.Cancel{On: on(his)})[0]
		l.project(size)

		at := func(first, last *journal.Event) query.FoundWithdrawal {
			return query.FoundWithdrawal{Requested: first.Position, Last: last.Position}
		}
		finds := func(f query.WithdrawalFilter, want ...query.FoundWithdrawal) {
			t.Helper()
			f.Limit = 10
			got, err := l.reads.Withdrawals(t.Context(), f)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		finds(query.WithdrawalFilter{}, at(his, canceled), at(third, third), at(second, second), at(first, approved))
		finds(query.WithdrawalFilter{Owner: "usr_ann"}, at(third, third), at(second, second), at(first, approved))
		finds(query.WithdrawalFilter{WalletID: ann}, at(third, third), at(first, approved))
		finds(query.WithdrawalFilter{Status: withdrawal.StatusRequested}, at(third, third), at(second, second))
		finds(query.WithdrawalFilter{WalletID: ann, Owner: "usr_ann", Status: withdrawal.StatusApproved}, at(first, approved))
		finds(query.WithdrawalFilter{WalletID: ann, Owner: "usr_bob"})
		finds(query.WithdrawalFilter{Before: third.Position}, at(second, second), at(first, approved))
		finds(query.WithdrawalFilter{From: second.RecordedAt}, at(his, canceled), at(third, third), at(second, second))
		finds(query.WithdrawalFilter{Until: second.RecordedAt}, at(first, approved))
		page, err := l.reads.Withdrawals(t.Context(), query.WithdrawalFilter{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, []query.FoundWithdrawal{at(his, canceled)}, page)

		one, ok, err := l.reads.Withdrawal(t.Context(), first.Position)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, at(first, approved), one)
		_, ok, err = l.reads.Withdrawal(t.Context(), approved.Position)
		require.NoError(t, err)
		require.False(t, ok)
	}
}
