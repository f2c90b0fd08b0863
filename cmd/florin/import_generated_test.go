package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// generatedSize is how many transactions the generated journal has. FLORIN_IMPORT_TRANSACTIONS=100000
// asks for the size that docs/performance.md speaks of.
func generatedSize(t *testing.T) int {
	t.Helper()
	const usual = 3_000
	text := os.Getenv("FLORIN_IMPORT_TRANSACTIONS")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, "FLORIN_IMPORT_TRANSACTIONS")
	return n
}

// generatedJournal is a journal of n transactions, the same every time: purchases, conversions with
// prices and totals, an asset that has to be registered, and an amount left out in most.
func generatedJournal(n int) []byte {
	random := rand.New(rand.NewPCG(20, 22))
	begin := time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)
	var b bytes.Buffer
	for k := range n {
		cents := 1 + random.IntN(500_000)
		fmt.Fprintf(&b, "%s * (%d) Shop %d  ; order:%d\n", begin.AddDate(0, 0, k/30).Format(time.DateOnly), k, k%977, k)
		bank := fmt.Sprintf("assets:bank:%d", k%50)
		switch k % 10 {
		case 3:
			fmt.Fprintf(&b, "  assets:euro:%d  %d EUR @ 1.%02d USD\n  %s\n", k%7, 1+random.IntN(900), random.IntN(100), bank)
		case 5:
			fmt.Fprintf(&b, "  assets:yen  %d JPY @@ %d.%02d USD\n  %s\n", 1+random.IntN(9_000_000), cents/100, cents%100, bank)
		case 7:
			fmt.Fprintf(&b, "  assets:shares  %d.%04d ACME\n  equity:contributions\n", random.IntN(50), 1+random.IntN(9_999))
		default:
			fmt.Fprintf(&b, "  expenses:cat:%d  %d.%02d USD  ; line %d\n  expenses:fees  0.25 USD\n  %s\n", k%200, cents/100, cents%100, k, bank)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func TestImportOfAGeneratedJournal(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	n := generatedSize(t)
	journal, exported := i.export("generated", generatedJournal(n))
	a := i.importsFrom(i.url, exported)
	require.Equal(t, 0, a.code, a.err)
	t.Log(a.out)
	require.Contains(t, a.out, fmt.Sprintf("posted        %d transactions", n))
	require.Equal(t, i.hledgerBalance(journal, nil).text(), i.trialBalance().text())
	require.Equal(t, n, i.count())

	again := i.importsFrom(i.url, exported)
	require.Equal(t, 0, again.code, again.err)
	require.Contains(t, again.out, "posted        0 transactions")
	require.Contains(t, again.out, fmt.Sprintf("there before  %d transactions", n))
	require.Equal(t, n, i.count())
}
