package risk

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// What is counted is what a list of all that happened would say, but for one slot at the far end of a window; and what is
// kept of it stays small.
func TestWindows(t *testing.T) {
	t.Parallel()
	type paid struct {
		at    time.Time
		cents int64
	}
	rapid.Check(t, func(r *rapid.T) {
		now := time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)
		var row count
		var all []paid
		for range rapid.IntRange(1, 80).Draw(r, "payments") {
			now = now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 59, 240, 700, 3600, 40_000}).Draw(r, "later")) * time.Second)
			cents := rapid.Int64Range(1, 10_000).Draw(r, "cents")
			before := row
			row = row.with(Count{Asked: ledger.Money{Amount: decimal.New(cents, -2).StringFixed(2), Asset: "USD"}}, now)
			require.Equal(r, before, before.with(Count{}, now), "what was there before may be another's to read")
			all = append(all, paid{now, cents})
		}
		now = now.Add(time.Duration(rapid.IntRange(0, 100_000).Draw(r, "then")) * time.Second)
		within := func(window time.Duration) (n int64, sum decimal.Decimal) {
			for _, p := range all {
				if p.at.After(now.Add(-window)) {
					n, sum = n+1, sum.Add(decimal.New(p.cents, -2))
				}
			}
			return n, sum
		}
		h := row.history(now, "USD", decimal.New(0, -2))
		for _, w := range []struct {
			n      int64
			amount string
			window time.Duration
			slot   time.Duration
		}{{h.PaymentsHour, h.AmountHour, time.Hour, fine}, {h.PaymentsDay, h.AmountDay, 24 * time.Hour, coarse}} {
			least, leastSum := within(w.window)
			most, mostSum := within(w.window + w.slot)
			require.LessOrEqual(r, least, w.n)
			require.LessOrEqual(r, w.n, most)
			sum := decimal.RequireFromString(w.amount)
			require.True(r, leastSum.LessThanOrEqual(sum) && sum.LessThanOrEqual(mostSum), "%s is not within %s and %s", sum, leastSum, mostSum)
		}
		require.LessOrEqual(r, len(row.Slots), 13+26)
		require.Equal(r, "0.00", row.history(now, "EUR", decimal.New(0, -2)).AmountDay)
	})
}

func TestAge(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)
	require.Equal(t, int64(-1), ageHours("usr", "usr_ann", now))
	require.Equal(t, int64(-1), ageHours("usr", "wal_01kkn6wx9dg000g00400000001", now))
	id := journal.NewPlaceID(0, 1, 7, now).Format("wal")
	require.Equal(t, int64(0), ageHours("wal", id, now.Add(time.Hour-time.Second)))
	require.Equal(t, int64(72), ageHours("wal", id, now.Add(72*time.Hour)))
	require.Equal(t, int64(0), ageHours("wal", id, now.Add(-time.Hour)), "from the future")
}
