package wallet_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet"
)

// model is wallets and holds in ten lines: what is available, and what is left of each hold.
type model struct {
	available map[string]int
	left      map[string]int
	open      map[string]bool
}

func (m *model) place(from string, amount int) bool {
	if m.available[from] < amount {
		return false
	}
	m.available[from] -= amount
	return true
}

func (m *model) take(hold, from, to string, amount int, final bool) bool {
	if !m.open[hold] || m.left[hold] < amount {
		return false
	}
	m.left[hold], m.available[to] = m.left[hold]-amount, m.available[to]+amount
	if final || m.left[hold] == 0 {
		m.open[hold], m.available[from], m.left[hold] = false, m.available[from]+m.left[hold], 0
	}
	return true
}

// The deciders do what the model does, whatever is asked of them in whatever order; nothing falls
// below zero, and no money comes or goes.
func TestModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		b := open(t, rapid.Bool().Draw(r, "cold"))
		ids := []string{b.wallet("ann", "50"), b.wallet("bob", "20"), b.wallet("eve", "0")}
		m := &model{available: map[string]int{ids[0]: 50, ids[1]: 20}, left: map[string]int{}, open: map[string]bool{}}
		type placed struct{ id, from, to string }
		var holds []placed
		amounts := rapid.IntRange(1, 30)
		r.Repeat(map[string]func(*rapid.T){
			"place": func(r *rapid.T) {
				two := rapid.Permutation(ids).Draw(r, "wallets")
				amount := amounts.Draw(r, "amount")
				a := b.When(wallet.CommandPlaceHold, place(two[0], fmt.Sprint(amount), wallet.Payee{ToWallet: two[1]}))
				require.Equal(r, m.place(two[0], amount), a.Refusal == nil, "%v", a.Refusal)
				if a.Refusal != nil {
					require.ErrorIs(r, a.Refusal, ledger.ErrInsufficientFunds)
					return
				}
				id := a.Events[0].Body.(wallet.HoldPlaced).HoldID
				m.left[id], m.open[id] = amount, true
				holds = append(holds, placed{id, two[0], two[1]})
			},
			"capture": func(r *rapid.T) {
				if len(holds) == 0 {
					return
				}
				h, amount, final := rapid.SampledFrom(holds).Draw(r, "hold"), amounts.Draw(r, "amount"), rapid.Bool().Draw(r, "final")
				c := wallet.CaptureHold{As: service(), HoldID: h.id, Final: final}
				if rapid.Bool().Draw(r, "all") && m.open[h.id] {
					amount = m.left[h.id]
				} else {
					asked := money(fmt.Sprint(amount))
					c.Amount = &asked
				}
				wasOpen := m.open[h.id]
				a := b.When(wallet.CommandCaptureHold, c)
				require.Equal(r, m.take(h.id, h.from, h.to, amount, final), a.Refusal == nil, "%v", a.Refusal)
				checkEnd(r, a, wasOpen)
			},
			"release": func(r *rapid.T) {
				if len(holds) == 0 {
					return
				}
				h := rapid.SampledFrom(holds).Draw(r, "hold")
				a := b.release(h.id)
				require.Equal(r, m.take(h.id, h.from, h.to, 0, true), a.Refusal == nil, "%v", a.Refusal)
				checkEnd(r, a, false)
			},
			"take over": func(*rapid.T) { b.Reload() },
			"": func(r *rapid.T) {
				sum, held := 0, map[string]int{}
				for _, h := range holds {
					held[h.from] += m.left[h.id]
				}
				for _, id := range ids {
					require.Equal(r, fmt.Sprint(m.available[id]), b.available(id))
					require.Equal(r, fmt.Sprint(held[id]), b.held(id))
					require.GreaterOrEqual(r, m.available[id], 0)
					sum += m.available[id] + held[id]
				}
				require.Equal(r, 70, sum)
			},
		})
		require.Equal(r, b.State(), b.Replay(cores()...).State())
	})
}

// checkEnd looks at why a capture or a release was refused.
func checkEnd(r *rapid.T, a decidetest.Answer, wasOpen bool) {
	if a.Refusal == nil {
		return
	}
	if wasOpen {
		require.ErrorIs(r, a.Refusal, wallet.ErrCaptureTooLarge)
	} else {
		require.ErrorIs(r, a.Refusal, wallet.ErrHoldClosed)
	}
}
