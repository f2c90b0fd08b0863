package readmodel

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A tally is what decimals come to, of whatever sizes and scales, with as many decimals.
func TestTallyIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Custom(func(t *rapid.T) decimal.Decimal {
			scale := rapid.SampledFrom([]int32{0, -2, -2, -2, -18}).Draw(t, "scale")
			d := decimal.New(rapid.Int64().Draw(t, "units"), scale)
			if rapid.IntRange(0, 9).Draw(t, "wide") == 0 {
				d = d.Mul(d)
			}
			return d
		})
		var got tally
		var want decimal.Decimal
		for _, d := range rapid.SliceOf(amount).Draw(t, "amounts") {
			got.add(d)
			want = want.Add(d)
			require.True(t, want.Equal(got.sum()), "%s, expected %s", got.sum(), want)
			require.Equal(t, want.Exponent(), got.sum().Exponent())
			stored, err := numeric(&got).Value()
			require.NoError(t, err)
			require.True(t, want.Equal(decimal.RequireFromString(stored.(string))), "%s, expected %s", stored, want)
		}
	})
}
