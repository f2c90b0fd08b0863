package hledger_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/hledger"
)

// FuzzReadHledger reads anything: it never panics, and what is accepted balances to the last digit.
// testdata/forms.json is what hledger 1.25 prints of a journal with every form there is.
func FuzzReadHledger(f *testing.F) {
	forms, err := os.ReadFile("testdata/forms.json")
	require.NoError(f, err)
	f.Add(forms)
	for _, mantissa := range []string{"1", "-1.5e1", "1e99999999", "1e-99999999", "0", "null", `"1"`, "123456789012345678901234567890"} {
		f.Add([]byte(`[{"tdate":"2024-01-01","tpostings":[` +
			`{"paccount":"assets:a","ptype":"RegularPosting","pamount":[{"acommodity":"$","aquantity":{"decimalMantissa":` + mantissa + `,"decimalPlaces":2},` +
			`"aprice":{"tag":"UnitPrice","contents":{"acommodity":"EUR","aquantity":{"decimalMantissa":` + mantissa + `,"decimalPlaces":1}}}}]}]}]`))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r := hledger.NewReader(bytes.NewReader(data))
		c := hledger.NewConverter(&hledger.Mapping{}, hledger.Config{Zero: hledger.DropZero, Virtual: hledger.RealVirtual, Scale: isoScale})
		for {
			read, err := r.Next()
			if err != nil {
				return
			}
			tx, problems := c.Convert(read)
			if len(problems) > 0 {
				require.Nil(t, tx)
				continue
			}
			if tx == nil {
				continue
			}
			off, err := tx.Excess()
			require.NoError(t, err)
			require.Empty(t, off)
		}
	})
}
