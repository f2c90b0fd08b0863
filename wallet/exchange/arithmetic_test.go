package exchange

import (
	"math/big"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger/journal"
)

func TestParts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mid, spread, amount string
		scale               int32
		want                []string // whole, customer, spread, rounding
	}{
		"USD to EUR":                    {"0.9261", "0.5", "10.00", 2, []string{"9.26", "9.21", "0.05", "0.00"}},
		"all round down":                {"0.33", "50", "0.01", 2, []string{"0.00", "0.00", "0.00", "0.00"}},
		"a unit over":                   {"1.0066", "66.6667", "1.00", 2, []string{"1.01", "0.34", "0.67", "0.00"}},
		"both parts of a half, to even": {"1", "50", "0.01", 2, []string{"0.01", "0.00", "0.00", "0.01"}},
		"both parts of a half, up":      {"1", "50", "0.03", 2, []string{"0.03", "0.02", "0.02", "-0.01"}},
		"half to even, down":            {"150", "0", "0.03", 0, []string{"4", "4", "0", "0"}},
		"half to even, up":              {"150", "0", "0.01", 0, []string{"2", "2", "0", "0"}},
		"JPY to KWD":                    {"0.002071", "1", "1000", 3, []string{"2.071", "2.050", "0.021", "0.000"}},
		"USD to ETH":                    {"0.000312345678901234", "0.25", "0.01", 18, []string{"0.000003123456789012", "0.000003115648147040", "0.000000007808641973", "-0.000000000000000001"}},
	} {
		p := terms{dec(c.mid), dec(c.spread)}.of(dec(c.amount), c.scale)
		var got []string
		for _, d := range []decimal.Decimal{p.whole, p.customer, p.spread, p.rounding} {
			got = append(got, journal.FormatAmount(d))
		}
		assert.Equal(t, c.want, got, name)
	}
}

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// drawTerms draws what finance may list.
func drawTerms(r *rapid.T) terms {
	mid := decimal.NewFromBigInt(bigInt(rapid.StringMatching(`[1-9][0-9]{0,39}`).Draw(r, "mid")), -rapid.Int32Range(0, 39).Draw(r, "decimals"))
	return terms{mid, decimal.New(rapid.Int64Range(0, 99_999_999).Draw(r, "spread"), -6)}
}

func bigInt(digits string) *big.Int {
	n, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		panic(digits)
	}
	return n
}

// drawAmount draws an amount at a scale, of up to as many digits as the books take.
func drawAmount(r *rapid.T, scale int32, label string) decimal.Decimal {
	return decimal.NewFromBigInt(bigInt(rapid.StringMatching(`[1-9][0-9]{0,59}`).Draw(r, label)), -scale)
}

// halfEven rounds a fraction to units of a scale, worked out over whole numbers.
func halfEven(x *big.Rat, scale int32) *big.Int {
	units := new(big.Rat).Mul(x, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)))
	whole, rest := new(big.Int).QuoRem(units.Num(), units.Denom(), new(big.Int))
	switch twice := rest.Lsh(rest, 1); twice.Cmp(units.Denom()) {
	case 1:
		whole.Add(whole, big.NewInt(1))
	case 0:
		whole.Add(whole, big.NewInt(int64(whole.Bit(0))))
	}
	return whole
}

func rat(d decimal.Decimal) *big.Rat { return d.Rat() }

// Whatever the rate, the spread, the scales and the amount: each part is the exact product rounded half to even,
// and together they are the whole but for one unit.
func TestPartsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		terms, scale := drawTerms(r), rapid.Int32Range(0, 18).Draw(r, "scale")
		amount := drawAmount(r, rapid.Int32Range(0, 18).Draw(r, "scale of amount"), "amount")
		p := terms.of(amount, scale)
		rate := new(big.Rat).Mul(rat(terms.mid), new(big.Rat).Quo(rat(hundred().Sub(terms.spread)), rat(hundred())))
		require.Zero(r, rate.Cmp(rat(terms.rate())), "the customer's rate is exact")
		for _, part := range []struct {
			got  decimal.Decimal
			rate *big.Rat
		}{
			{p.whole, rat(terms.mid)}, {p.customer, rate}, {p.spread, new(big.Rat).Sub(rat(terms.mid), rate)},
		} {
			require.Equal(r, -scale, part.got.Exponent())
			require.Zero(r, halfEven(new(big.Rat).Mul(rat(amount), part.rate), scale).Cmp(part.got.Coefficient()), "%s of %s", part.got, amount)
		}
		require.True(r, p.whole.Equal(p.customer.Add(p.spread).Add(p.rounding)))
		require.True(r, p.rounding.Abs().LessThanOrEqual(decimal.New(1, -scale)), "%s", p.rounding)
		require.False(r, p.customer.GreaterThan(p.whole))
	})
}

// Who names what he wants pays the least that buys it: a unit less buys less.
func TestLeastFor(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		terms := drawTerms(r)
		from, to := rapid.Int32Range(0, 18).Draw(r, "from"), rapid.Int32Range(0, 18).Draw(r, "to")
		wanted := drawAmount(r, to, "wanted")
		paid := terms.leastFor(wanted, from, to)
		require.Equal(r, -from, paid.Exponent())
		require.True(r, paid.IsPositive())
		require.False(r, terms.of(paid, to).customer.LessThan(wanted))
		less := paid.Sub(decimal.New(1, -from))
		require.True(r, terms.of(less, to).customer.LessThan(wanted), "%s buys it too", less)
	})
}

func TestTooMuchToBook(t *testing.T) {
	t.Parallel()
	most := dec(strings.Repeat("9", 60))
	require.NoError(t, terms{dec("1"), dec("0")}.of(most, 0).bookable(most, "/x"))
	require.ErrorIs(t, terms{dec("1.1"), dec("0")}.of(most, 0).bookable(most, "/x"), ErrTooLarge)
	require.ErrorIs(t, terms{dec("0.1"), dec("0")}.of(dec("5"), 0).bookable(dec("5"), "/x"), ErrTooSmall)
	require.NoError(t, terms{dec("0.1"), dec("0")}.of(dec("6"), 0).bookable(dec("6"), "/x"))
}
