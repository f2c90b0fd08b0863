package withdrawal_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// model is withdrawals in a few lines: what each wallet has, where each withdrawal stands.
type model struct {
	available map[string]int
	frozen    map[string]bool
	status    map[string]withdrawal.Status
	amount    map[string]int
	from      map[string]string
	bank      int // what has left for good
}

// step does one of the commands, if the model lets it.
func (m *model) step(command, id string, byOwner bool) bool {
	s, from := m.status[id], m.from[id]
	switch {
	case command == withdrawal.CommandCancel && (s == "requested" || s == "approved" && !byOwner):
		m.status[id], m.available[from] = "canceled", m.available[from]+m.amount[id]
	case command == withdrawal.CommandApprove && s == "requested" && !m.frozen[from]:
		m.status[id] = "approved"
	case command == withdrawal.CommandSend && s == "approved" && !m.frozen[from]:
		m.status[id] = "sent"
	case command == withdrawal.CommandSettle && (s == "approved" || s == "sent"):
		m.status[id], m.bank = "settled", m.bank+m.amount[id]
	case command == withdrawal.CommandFail && (s == "approved" || s == "sent"):
		m.status[id], m.available[from] = "failed", m.available[from]+m.amount[id]
	case command == withdrawal.CommandFail && s == "settled":
		m.status[id], m.bank, m.available[from] = "failed", m.bank-m.amount[id], m.available[from]+m.amount[id]
	default:
		return false
	}
	return true
}

func (m *model) pending(from string) int {
	sum := 0
	for id, s := range m.status {
		if m.from[id] == from && (s == "requested" || s == "approved" || s == "sent") {
			sum += m.amount[id]
		}
	}
	return sum
}

func bodyOf(command string, o withdrawal.On) any {
	switch command {
	case withdrawal.CommandCancel:
		return withdrawal.Cancel{On: o}
	case withdrawal.CommandApprove:
		return withdrawal.Approve{On: o}
	case withdrawal.CommandSend:
		return withdrawal.Send{On: o}
	case withdrawal.CommandSettle:
		return withdrawal.Settle{On: o}
	}
	return withdrawal.Fail{On: o, Reason: "x"}
}

// The deciders do what the model does, whatever is asked of them in whatever order: pending is the sum of what is on
// its way, nothing falls below zero, and available, pending and what has left make up what came in.
func TestModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		b := open(t, rapid.Bool().Draw(r, "cold"))
		ids := []string{b.wallet("ann", "50"), b.wallet("bob", "20")}
		owners := map[string]string{ids[0]: "ann", ids[1]: "bob"}
		m := &model{
			available: map[string]int{ids[0]: 50, ids[1]: 20}, frozen: map[string]bool{}, status: map[string]withdrawal.Status{},
			amount: map[string]int{}, from: map[string]string{},
		}
		var requested []string
		commands := rapid.SampledFrom([]string{
			withdrawal.CommandCancel, withdrawal.CommandApprove, withdrawal.CommandSend, withdrawal.CommandSettle, withdrawal.CommandFail,
		})
		r.Repeat(map[string]func(*rapid.T){
			"request": func(r *rapid.T) {
				from, amount := rapid.SampledFrom(ids).Draw(r, "wallet"), rapid.IntRange(1, 20).Draw(r, "amount")
				a := b.When(withdrawal.CommandRequest, request(user(owners[from]), from, fmt.Sprint(amount)))
				require.Equal(r, !m.frozen[from] && m.available[from] >= amount, a.Refusal == nil, "%v", a.Refusal)
				if a.Refusal != nil {
					return
				}
				id := a.Events[0].Body.(withdrawal.Requested).WithdrawalID
				m.available[from] -= amount
				m.status[id], m.amount[id], m.from[id] = "requested", amount, from
				requested = append(requested, id)
			},
			"step": func(r *rapid.T) {
				if len(requested) == 0 {
					return
				}
				id, command := rapid.SampledFrom(requested).Draw(r, "withdrawal"), commands.Draw(r, "command")
				as, byOwner := finance("boss"), command == withdrawal.CommandCancel && rapid.Bool().Draw(r, "by the owner")
				if byOwner {
					as = user(owners[m.from[id]])
				}
				a := b.When(command, bodyOf(command, on(as, id)))
				require.Equal(r, m.step(command, id, byOwner), a.Refusal == nil, "%s of %s: %v", command, m.status[id], a.Refusal)
			},
			"freeze": func(r *rapid.T) {
				id := rapid.SampledFrom(ids).Draw(r, "wallet")
				if m.frozen[id] = !m.frozen[id]; m.frozen[id] {
					b.freeze(id)
				} else {
					b.Do(wallet.CommandUnfreezeWallet, wallet.UnfreezeWallet{WalletID: id, Reason: "fine"})
				}
			},
			"time passes": func(r *rapid.T) {
				b.Advance(time.Duration(rapid.IntRange(1, 100).Draw(r, "minutes")) * time.Minute)
			},
			"take over": func(*rapid.T) { b.Reload() },
			"": func(r *rapid.T) {
				sum := m.bank
				for _, id := range ids {
					require.GreaterOrEqual(r, m.available[id], 0)
					require.Equal(r, fmt.Sprint(m.available[id], ".00"), b.balance(wallet.Account(id, wallet.Available)))
					require.Equal(r, fmt.Sprint(m.pending(id), ".00"), b.balance(wallet.Account(id, wallet.Pending)))
					sum += m.available[id] + m.pending(id)
				}
				require.Equal(r, 70, sum)
				require.Equal(r, fmt.Sprint(70-m.bank, ".00"), b.balance(withdrawal.Bank))
			},
		})
		require.Equal(r, b.State(), b.Replay(cores()...).State())
	})
}
