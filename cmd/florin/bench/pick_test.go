package bench

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// picks counts what a picker credits in 100,000 tries, and asserts what holds for all of them.
func picks(t *testing.T, distribution string, n int) []int {
	t.Helper()
	pick := picker(distribution, n, rand.New(rand.NewPCG(1, 2)))
	credited := make([]int, n)
	for range 100_000 {
		debit, credit := pick()
		assert.NotEqual(t, debit, credit)
		assert.True(t, debit >= 0 && debit < n && credit >= 0 && credit < n)
		credited[credit]++
	}
	return credited
}

func TestUniform(t *testing.T) {
	t.Parallel()
	for account, times := range picks(t, Uniform, 100) {
		assert.InDelta(t, 1000, times, 150, "account %d", account)
	}
}

func TestHot(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 100_000, picks(t, Hot, 100)[0])
}

// With the exponent 1.1 the first of 10,000 has 1/(1 + 1/2^1.1 + … + 1/10,000^1.1) = 15.2 %, the second
// 2^-1.1 of that = 7.1 %. Where debit and credit would be one account, the next one is credited.
func TestZipfian(t *testing.T) {
	t.Parallel()
	credited := picks(t, Zipfian, 10_000)
	assert.InDelta(t, 12_900, credited[0], 500, "15.2 % but for 15.2 % of them")
	assert.InDelta(t, 8_900, credited[1], 500, "7.1 % but for 7.1 % of them, and what the first did not get")
	assert.Greater(t, credited[10], credited[100])
}

func TestTwoAccountsAreEnough(t *testing.T) {
	t.Parallel()
	for _, distribution := range []string{Uniform, Hot, Zipfian} {
		picks(t, distribution, 2)
	}
}
