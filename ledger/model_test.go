package ledger_test

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
)

// model is the ledger in ten lines: what each account holds of each asset, the minimums, and how
// many transactions there are.
type model struct {
	holds, floors map[[2]string]decimal.Decimal
	frozen        map[string]bool
	number        int64
}

// take reports whether the rules allow lines, and books them if they do.
func (m *model) take(lines []ledger.Line, force bool) bool {
	after := map[[2]string]decimal.Decimal{}
	for _, l := range lines {
		key, amount := [2]string{l.Account, l.Asset}, decimal.RequireFromString(l.Amount)
		if _, ok := after[key]; !ok {
			after[key] = m.holds[key]
		}
		if (l.Side == "debit") == (ledger.Address(l.Account).NormalSide() == journal.Debit) {
			after[key] = after[key].Add(amount)
		} else if after[key] = after[key].Sub(amount); m.frozen[l.Account] && !force {
			return false
		}
	}
	for key, has := range after {
		least, bound := m.floors[key]
		if bound && !force && has.LessThan(least) && has.LessThan(m.holds[key]) {
			return false
		}
	}
	for key, has := range after {
		m.holds[key] = has
	}
	m.number++
	return true
}

// The deciders do what the model does, whatever is asked of them in whatever order, with state at
// hand or not; and after every step the books balance.
func TestModel(t *testing.T) {
	t.Parallel()
	accounts := rapid.SampledFrom([]string{"assets:a", "liabilities:b", "liabilities:c", "equity:d", "income:e", "expenses:f"})
	assets := rapid.SampledFrom([]string{"JPY", "USD"})
	rapid.Check(t, func(r *rapid.T) {
		b := decidetest.Open(t, rapid.Bool().Draw(r, "cold"), ledger.Register)
		m := &model{holds: map[[2]string]decimal.Decimal{}, floors: map[[2]string]decimal.Decimal{}, frozen: map[string]bool{}}
		type booked struct {
			id       string
			lines    []ledger.Line
			reversed bool
		}
		var ids []*booked
		settle := func(r *rapid.T, a decidetest.Answer, ok bool, lines []ledger.Line) {
			require.Equal(r, ok, a.Refusal == nil, "%v", a.Refusal)
			if ok {
				require.Len(r, a.Events, 1)
				require.Equal(r, m.number, a.Events[0].Number, "numbers have no gap")
				for i, p := range a.Events[0].Postings {
					require.True(r, p.Balance.Equal(m.holds[[2]string{p.Account, p.Asset}]), "posting %d", i)
				}
				ids = append(ids, &booked{id: a.Events[0].TransactionID(), lines: lines})
			}
		}
		draw := func(r *rapid.T) []ledger.Line {
			var lines []ledger.Line
			for range rapid.IntRange(1, 3).Draw(r, "legs") {
				asset, amount := assets.Draw(r, "asset"), fmt.Sprint(rapid.IntRange(1, 20).Draw(r, "amount"))
				lines = append(lines, debit(accounts.Draw(r, "debit"), amount, asset), credit(accounts.Draw(r, "credit"), amount, asset))
			}
			return lines
		}
		r.Repeat(map[string]func(*rapid.T){
			"post": func(r *rapid.T) {
				lines := draw(r)
				ok := m.take(lines, false)
				settle(r, b.When(ledger.CommandPostTransaction, post(lines...)), ok, lines)
			},
			"post unbalanced": func(r *rapid.T) {
				lines := draw(r)
				lines[0].Amount = "21"
				require.ErrorIs(r, b.When(ledger.CommandPostTransaction, post(lines...)).Refusal, ledger.ErrUnbalanced)
			},
			"rule": func(r *rapid.T) {
				account, asset := accounts.Draw(r, "account"), assets.Draw(r, "asset")
				least, frozen := int64(rapid.IntRange(-30, 30).Draw(r, "least")), rapid.Bool().Draw(r, "frozen")
				b.Do(ledger.CommandSetAccount, ledger.SetAccount{
					Ledger: ledger.Main, Address: account, Frozen: &frozen, MinBalance: &[]ledger.Money{{Amount: fmt.Sprint(least), Asset: asset}},
				})
				delete(m.floors, [2]string{account, "JPY"})
				delete(m.floors, [2]string{account, "USD"})
				m.floors[[2]string{account, asset}], m.frozen[account] = decimal.NewFromInt(least), frozen
			},
			"reverse": func(r *rapid.T) {
				if len(ids) == 0 {
					return
				}
				one, force := rapid.SampledFrom(ids).Draw(r, "which"), rapid.Bool().Draw(r, "force")
				c := undo(one.id)
				c.Force = force
				a := b.When(ledger.CommandReverseTransaction, c)
				if one.reversed {
					require.ErrorIs(r, a.Refusal, ledger.ErrAlreadyReversed)
					return
				}
				var opposite []ledger.Line
				for _, l := range one.lines {
					l.Side = map[string]string{"debit": "credit", "credit": "debit"}[l.Side]
					opposite = append(opposite, l)
				}
				one.reversed = m.take(opposite, force)
				settle(r, a, one.reversed, opposite)
			},
			"take over": func(*rapid.T) { b.Reload() },
			"": func(r *rapid.T) {
				sums := map[string]decimal.Decimal{}
				rows := held(r, b)
				for key, row := range rows {
					asset := key[len(key)-3:]
					sums[asset] = sums[asset].Add(row.On(journal.Debit))
				}
				for asset, sum := range sums {
					require.Zero(r, sum.Sign(), "debits equal credits in %s", asset)
				}
				for key, want := range m.holds {
					got := rows["main/"+key[0]+"/"+key[1]].On(ledger.Address(key[0]).NormalSide())
					require.True(r, got.Equal(want), "%s: %s, want %s", key, got, want)
				}
			},
		})
		require.Equal(r, b.State(), b.Replay(ledger.Register).State())
	})
}
