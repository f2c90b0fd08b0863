package wallet_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet"
)

// model is wallets and holds in a few lines: what is available, what is left of each hold, and until
// when. Here a hold expires when its time comes; lapsed is what it gave back then.
type model struct {
	available map[string]int
	left      map[string]int
	open      map[string]bool
	until     map[string]time.Time
	from      map[string]string
	lapsed    map[string]int
}

func (m *model) pass(now time.Time) {
	for id, until := range m.until {
		if m.open[id] && !until.After(now) {
			m.lapsed[id], m.open[id] = m.left[id], false
			m.available[m.from[id]], m.left[id] = m.available[m.from[id]]+m.left[id], 0
		}
	}
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
		m := &model{
			available: map[string]int{ids[0]: 50, ids[1]: 20}, left: map[string]int{}, open: map[string]bool{},
			until: map[string]time.Time{}, from: map[string]string{}, lapsed: map[string]int{},
		}
		type placed struct{ id, from, to string }
		var holds []placed
		amounts := rapid.IntRange(1, 30)
		r.Repeat(map[string]func(*rapid.T){
			"place": func(r *rapid.T) {
				two := rapid.Permutation(ids).Draw(r, "wallets")
				amount := amounts.Draw(r, "amount")
				c := place(two[0], fmt.Sprint(amount), wallet.Payee{ToWallet: two[1]})
				if seconds := rapid.Int64Range(0, 5).Draw(r, "expires in"); seconds > 0 {
					c.ExpiresIn = &seconds
				}
				a := b.When(wallet.CommandPlaceHold, c)
				require.Equal(r, m.place(two[0], amount), a.Refusal == nil, "%v", a.Refusal)
				if a.Refusal != nil {
					require.ErrorIs(r, a.Refusal, ledger.ErrInsufficientFunds)
					return
				}
				body := a.Events[len(a.Events)-1].Body.(wallet.HoldPlaced)
				id := body.HoldID
				m.left[id], m.open[id], m.from[id] = amount, true, two[0]
				if !body.ExpiresAt.IsZero() {
					m.until[id] = body.ExpiresAt
				}
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
				checkEnd(r, m, h.id, a, wasOpen)
			},
			"release": func(r *rapid.T) {
				if len(holds) == 0 {
					return
				}
				h := rapid.SampledFrom(holds).Draw(r, "hold")
				a := b.release(h.id)
				require.Equal(r, m.take(h.id, h.from, h.to, 0, true), a.Refusal == nil, "%v", a.Refusal)
				checkEnd(r, m, h.id, a, false)
			},
			"pay": func(r *rapid.T) {
				two := rapid.Permutation(ids).Draw(r, "wallets")
				amount := amounts.Draw(r, "amount")
				a := b.When(wallet.CommandTransfer, wallet.Transfer{
					As: service(), NewTransfer: wallet.NewTransfer{FromWallet: two[0], ToWallet: two[1], Amount: money(fmt.Sprint(amount))},
				})
				done := m.place(two[0], amount)
				require.Equal(r, done, a.Refusal == nil, "%v", a.Refusal)
				if done {
					m.available[two[1]] += amount
				}
			},
			"time passes": func(r *rapid.T) {
				b.Advance(time.Duration(rapid.IntRange(1, 3000).Draw(r, "milliseconds")) * time.Millisecond)
				m.pass(b.Now())
			},
			"sweep": func(r *rapid.T) {
				if len(holds) == 0 {
					return
				}
				h := rapid.SampledFrom(holds).Draw(r, "hold")
				a := b.When(wallet.CommandExpireHolds, wallet.ExpireHolds{HoldIDs: []string{h.id}})
				require.Equal(r, m.open[h.id], a.Refusal != nil, "%v", a.Refusal)
				if a.Refusal != nil {
					require.ErrorIs(r, a.Refusal, wallet.ErrHoldNotDue)
				}
			},
			"take over": func(*rapid.T) { b.Reload() },
			"": func(r *rapid.T) {
				sum, held, late := 0, map[string]int{}, maps.Clone(m.lapsed)
				for _, e := range b.Events() {
					if body, ok := e.Body.(wallet.HoldExpired); ok {
						require.Equal(r, fmt.Sprint(late[body.HoldID]), body.Amount.Amount)
						delete(late, body.HoldID)
					}
				}
				for _, h := range holds {
					held[h.from] += m.left[h.id]
				}
				lent := map[string]int{} // is due, and nobody has noted it yet
				for id, amount := range late {
					lent[m.from[id]] += amount
				}
				for _, id := range ids {
					require.Equal(r, fmt.Sprint(m.available[id]-lent[id]), b.available(id))
					held[id] += lent[id]
					require.Equal(r, fmt.Sprint(held[id]), b.held(id))
					require.GreaterOrEqual(r, m.available[id], 0)
					sum += m.available[id] - lent[id] + held[id]
				}
				require.Equal(r, 70, sum)
			},
		})
		for _, h := range holds {
			b.When(wallet.CommandExpireHolds, wallet.ExpireHolds{HoldIDs: []string{h.id}})
		}
		for _, id := range ids {
			require.Equal(r, fmt.Sprint(m.available[id]), b.available(id))
		}
		require.Equal(r, b.State(), b.Replay(cores()...).State())
	})
}

// checkEnd looks at why a capture or a release was refused.
func checkEnd(r *rapid.T, m *model, hold string, a decidetest.Answer, wasOpen bool) {
	_, expired := m.lapsed[hold]
	switch {
	case a.Refusal == nil:
	case wasOpen:
		require.ErrorIs(r, a.Refusal, wallet.ErrCaptureTooLarge)
	case expired:
		require.ErrorIs(r, a.Refusal, wallet.ErrHoldExpired)
	default:
		require.ErrorIs(r, a.Refusal, wallet.ErrHoldClosed)
	}
}
