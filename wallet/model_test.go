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

// model is wallets and holds in a few lines: what is available, how far below zero that may go, how much may be
// given out and was, and what is left of each hold, and until when. Here a hold expires when its time comes;
// lapsed is what it gave back then.
type model struct {
	available map[string]int
	credit    map[string]int
	frozen    map[string]bool
	limits    map[string]limits
	spent     map[string]int // of the day that all of it happens on
	left      map[string]int
	whole     map[string]int // what holds were placed for and increased by
	open      map[string]bool
	until     map[string]time.Time
	from      map[string]string
	lapsed    map[string]int
}

// limits are how much a wallet may give out at once, and in a day.
type limits struct{ once, day int }

func (m *model) pass(now time.Time) {
	for id, until := range m.until {
		if m.open[id] && !until.After(now) {
			m.lapsed[id], m.open[id] = m.left[id], false
			m.giveBack(id)
		}
	}
}

// give takes an amount out of a wallet, for a payment or a hold of so much on the whole; or it is what refuses it.
func (m *model) give(from string, amount, whole int) error {
	l, limited := m.limits[from]
	switch {
	case m.frozen[from]:
		return wallet.ErrWalletFrozen
	case limited && (whole > l.once || m.spent[from]+amount > l.day):
		return wallet.ErrSpendingLimitExceeded
	case m.available[from]+m.credit[from] < amount:
		return ledger.ErrInsufficientFunds
	}
	m.available[from] -= amount
	m.spent[from] += amount
	return nil
}

// giveBack ends a hold with what is left of it back where it came from: that was not spent.
func (m *model) giveBack(hold string) {
	m.available[m.from[hold]] += m.left[hold]
	m.spent[m.from[hold]] -= m.left[hold]
	m.left[hold] = 0
}

func (m *model) take(hold, to string, amount int, final bool) bool {
	if !m.open[hold] || m.left[hold] < amount {
		return false
	}
	m.left[hold], m.available[to] = m.left[hold]-amount, m.available[to]+amount
	if final || m.left[hold] == 0 {
		m.open[hold] = false
		m.giveBack(hold)
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
			available: map[string]int{ids[0]: 50, ids[1]: 20}, credit: map[string]int{}, frozen: map[string]bool{},
			limits: map[string]limits{}, spent: map[string]int{}, left: map[string]int{}, whole: map[string]int{}, open: map[string]bool{},
			until: map[string]time.Time{}, from: map[string]string{}, lapsed: map[string]int{},
		}
		limit := func(id string, l limits) {
			once, day := fmt.Sprint(l.once), fmt.Sprint(l.day)
			b.When(wallet.CommandSetSpendingLimit, wallet.SetSpendingLimit{WalletID: id, Asset: points, PerTransaction: &once, PerDay: &day})
			m.limits[id] = l
		}
		limit(ids[0], limits{once: 20, day: 60})
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
				if endsAs(r, m.give(two[0], amount, amount), a); a.Refusal != nil {
					return
				}
				body := a.Events[len(a.Events)-1].Body.(wallet.HoldPlaced)
				id := body.HoldID
				m.left[id], m.whole[id], m.open[id], m.from[id] = amount, amount, true, two[0]
				if !body.ExpiresAt.IsZero() {
					m.until[id] = body.ExpiresAt
				}
				holds = append(holds, placed{id, two[0], two[1]})
			},
			"increase": func(r *rapid.T) {
				if len(holds) == 0 {
					return
				}
				h, amount := rapid.SampledFrom(holds).Draw(r, "hold"), amounts.Draw(r, "amount")
				if !m.open[h.id] {
					return // checkEnd says why captures and releases are refused then
				}
				a := b.When(wallet.CommandIncreaseHold, wallet.IncreaseHold{As: service(), HoldID: h.id, Amount: money(fmt.Sprint(amount))})
				if endsAs(r, m.give(h.from, amount, m.whole[h.id]+amount), a); a.Refusal == nil {
					m.left[h.id], m.whole[h.id] = m.left[h.id]+amount, m.whole[h.id]+amount
				}
			},
			"freeze": func(r *rapid.T) {
				id := rapid.SampledFrom(ids).Draw(r, "wallet")
				require.Nil(r, b.When(wallet.CommandFreezeWallet, wallet.FreezeWallet{WalletID: id, Reason: "x"}).Refusal)
				m.frozen[id] = true
			},
			"unfreeze": func(r *rapid.T) {
				id := rapid.SampledFrom(ids).Draw(r, "wallet")
				require.Nil(r, b.When(wallet.CommandUnfreezeWallet, wallet.UnfreezeWallet{WalletID: id, Reason: "x"}).Refusal)
				m.frozen[id] = false
			},
			"credit": func(r *rapid.T) {
				id, amount := rapid.SampledFrom(ids).Draw(r, "wallet"), rapid.IntRange(0, 40).Draw(r, "limit")
				a := b.When(wallet.CommandSetCreditLimit, wallet.SetCreditLimit{WalletID: id, Limit: money(fmt.Sprint(amount))})
				if m.available[id] < -amount {
					require.ErrorIs(r, a.Refusal, wallet.ErrCreditLimitInUse)
					return
				}
				require.Nil(r, a.Refusal)
				m.credit[id] = amount
			},
			"limit": func(r *rapid.T) {
				limit(ids[0], limits{once: amounts.Draw(r, "at once"), day: rapid.IntRange(1, 200).Draw(r, "a day")})
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
				require.Equal(r, m.take(h.id, h.to, amount, final), a.Refusal == nil, "%v", a.Refusal)
				checkEnd(r, m, h.id, a, wasOpen)
			},
			"release": func(r *rapid.T) {
				if len(holds) == 0 {
					return
				}
				h := rapid.SampledFrom(holds).Draw(r, "hold")
				a := b.release(h.id)
				require.Equal(r, m.take(h.id, h.to, 0, true), a.Refusal == nil, "%v", a.Refusal)
				checkEnd(r, m, h.id, a, false)
			},
			"pay": func(r *rapid.T) {
				two := rapid.Permutation(ids).Draw(r, "wallets")
				amount := amounts.Draw(r, "amount")
				a := b.When(wallet.CommandTransfer, wallet.Transfer{
					As: service(), NewTransfer: wallet.NewTransfer{FromWallet: two[0], ToWallet: two[1], Amount: money(fmt.Sprint(amount))},
				})
				if endsAs(r, m.give(two[0], amount, amount), a); a.Refusal == nil {
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
					require.GreaterOrEqual(r, m.available[id], -m.credit[id])
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

// endsAs asserts that a command was refused for a reason, or not.
func endsAs(r *rapid.T, want error, a decidetest.Answer) {
	if want == nil {
		require.Nil(r, a.Refusal)
		return
	}
	require.ErrorIs(r, a.Refusal, want)
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
