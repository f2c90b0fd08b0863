package membership_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet"
)

// What was paid is, at every moment, what is earned, what is deferred and what came back, whatever the price and however
// somebody changes plans, cancels, runs out of money and is not looked after for weeks. What is earned of a period is
// within half a unit of its share, and at its end the price.
func TestWhatIsPaidIsEarnedDeferredOrGivenBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		start := at("2027-01-01T00:00:00Z").Add(time.Duration(rapid.IntRange(0, 800*24*3600).Draw(r, "start")) * time.Second)
		b := open(t, rapid.Bool().Draw(r, "cold"), start.Format(time.RFC3339), "")
		for code, period := range map[string]membership.Length{"ONE": membership.Month, "TWO": membership.Month, "YEAR": membership.Year} {
			b.plan(code, decimal.New(rapid.Int64Range(1, 20_000).Draw(r, code), -2).StringFixed(2), period)
		}
		plan := rapid.SampledFrom([]string{"ONE", "TWO", "YEAR"})
		b.topUp("500.00")
		b.buy("ONE")
		put := decimal.NewFromInt(500)
		for range rapid.IntRange(1, 30).Draw(r, "steps") {
			switch rapid.IntRange(0, 9).Draw(r, "act") {
			case 0:
				b.When(membership.CommandCancel, membership.Cancel{On: b.on(), At: rapid.SampledFrom([]membership.When{membership.AtOnce, membership.AtPeriodEnd}).Draw(r, "at")})
			case 1, 2:
				b.When(membership.CommandChange, membership.Change{On: b.on(), Plan: plan.Draw(r, "plan")})
			case 3:
				b.topUp("50.00")
				put = put.Add(decimal.NewFromInt(50))
			case 4:
				if a := b.When(membership.CommandBuy, b.buying(plan.Draw(r, "plan"))); a.Refusal == nil {
					b.id = membership.IDOf(a.Events[0].Body)
				}
			default:
				b.Advance(time.Duration(rapid.IntRange(1, 40*24*3600).Draw(r, "seconds")) * time.Second)
				b.ran()
			}
			var deferred decimal.Decimal
			for _, e := range b.Events() {
				for _, p := range e.Postings {
					if p.Account == membership.Deferred(b.id) {
						deferred = p.Balance
					}
				}
			}
			m := b.state()
			paid := wallet.Figure(m.Period.Price.Amount)
			if m.Live() {
				require.Equal(r, paid.String(), deferred.Add(wallet.Figure(m.Earned)).String(), "of this period")
				share := paid.Mul(decimal.NewFromInt(int64(m.Passed))).Div(decimal.NewFromInt(int64(m.Period.Days)))
				require.True(r, share.Sub(wallet.Figure(m.Earned)).Abs().LessThanOrEqual(decimal.New(5, -3)), "%s for %d of %d days of %s", m.Earned, m.Passed, m.Period.Days, paid)
			} else {
				require.Equal(r, "0", deferred.String())
			}
			if m.Passed == m.Period.Days {
				require.Equal(r, m.Period.Price.Amount, m.Earned)
			}
			days := b.balance(membership.Owed(b.id), membership.DayAsset(m.Period.Plan), time.Time{})
			left := 0
			if m.Live() {
				left = m.Period.Days - m.Passed
			}
			require.Equal(r, decimal.NewFromInt(int64(left)).String(), days)
			available, earned := b.balance(wallet.Account(b.wallet, wallet.Available), "USD", time.Time{}), b.balance(membership.Income, "USD", time.Time{})
			sum := deferred.Add(decimal.RequireFromString(available)).Add(decimal.RequireFromString(earned))
			require.True(r, put.Equal(sum), "%s was put in, %s is there", put, sum)
		}
	})
}
