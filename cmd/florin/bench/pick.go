package bench

import "math/rand/v2"

// Which accounts transactions are between.
const (
	// Uniform picks both from all accounts alike.
	Uniform = "uniform"
	// Hot credits one account with all of them.
	Hot = "hot"
	// Zipfian picks the account of rank k in proportion to 1/k^1.1: of 10,000 the first has 15 %.
	Zipfian = "zipfian"
)

// zipfExponent has to be above 1 for [rand.Zipf]; the 0.99 that is customary elsewhere is close below.
const zipfExponent = 1.1

// picker returns a function that picks the account to debit and the one to credit, two of 0 to n-1. It is
// not for concurrent use.
func picker(distribution string, n int, r *rand.Rand) func() (debit, credit int) {
	any2 := func(pick func() int) func() (int, int) {
		return func() (int, int) {
			debit, credit := pick(), pick()
			if debit == credit {
				credit = (credit + 1) % n
			}
			return debit, credit
		}
	}
	switch distribution {
	case Hot:
		return func() (int, int) { return 1 + r.IntN(n-1), 0 }
	case Zipfian:
		zipf := rand.NewZipf(r, zipfExponent, 1, uint64(n-1))
		return any2(func() int { return int(zipf.Uint64()) }) //nolint:gosec // below n
	default:
		return any2(func() int { return r.IntN(n) })
	}
}
