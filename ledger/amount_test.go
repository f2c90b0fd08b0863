package ledger_test

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
)

func TestParseAmount(t *testing.T) {
	t.Parallel()
	sixty := strings.Repeat("9", 60)
	for text, want := range map[string]string{
		"1": "1", "100": "100", "10.50": "10.50", "0.01": "0.01", "0.10": "0.10", "9007199254740993": "9007199254740993",
		"0.000000000000000001": "0.000000000000000001", "1.000000000000000000": "1.000000000000000000",
		"999999999999999999": "999999999999999999", "99999999999999999.9": "99999999999999999.9",
		"1320000000000000000000000000000000000000.000000000001": "1320000000000000000000000000000000000000.000000000001",
		sixty: sixty, sixty[:30] + "." + sixty[30:]: sixty[:30] + "." + sixty[30:],
	} {
		d, err := ledger.ParseAmount(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, exact(d), text)
	}
	for text, want := range map[string]error{
		"": ledger.ErrAmountForm, "-100": ledger.ErrAmountForm, "+1": ledger.ErrAmountForm, "1e3": ledger.ErrAmountForm,
		"NaN": ledger.ErrAmountForm, "Inf": ledger.ErrAmountForm, " 1": ledger.ErrAmountForm, "1 ": ledger.ErrAmountForm,
		"1,5": ledger.ErrAmountForm, ".5": ledger.ErrAmountForm, "5.": ledger.ErrAmountForm, "1.2.3": ledger.ErrAmountForm,
		"007": ledger.ErrAmountForm, "00": ledger.ErrAmountForm, "00.5": ledger.ErrAmountForm, "1_000": ledger.ErrAmountForm,
		"0x10": ledger.ErrAmountForm, "１": ledger.ErrAmountForm, "−1": ledger.ErrAmountForm, "1\x00": ledger.ErrAmountForm,
		"0": ledger.ErrAmountZero, "0.00": ledger.ErrAmountZero,
		sixty + "1": ledger.ErrAmountDigits, "0." + sixty: ledger.ErrAmountDigits,
	} {
		_, err := ledger.ParseAmount(text)
		assert.Equal(t, want, err, "%q", text)
	}
}

func TestParseSigned(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"0": "0", "0.00": "0.00", "-10.50": "-10.50", "7": "7"} {
		d, err := ledger.ParseSigned(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, exact(d), text)
	}
	for _, text := range []string{"", "-", "--1", "+1", "-0", "-0.0", "1e3", "-01", "- 1"} {
		_, err := ledger.ParseSigned(text)
		assert.Equal(t, ledger.ErrAmountSigned, err, "%q", text)
	}
	_, err := ledger.ParseSigned("-" + strings.Repeat("1", 61))
	assert.Equal(t, ledger.ErrAmountDigits, err)
}

// FuzzParseAmount holds the reader against decimal's own: what it accepts is plain digits, comes
// back as it was written, and is greater than zero.
func FuzzParseAmount(f *testing.F) {
	for _, seed := range []string{"1", "10.50", "0", "007", "1e3", "-1", ".5", "5.", "1.2.3", "999999999999999999", "0.000000000000000001", strings.Repeat("9", 61)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ledger.ParseAmount(text)
		signed, signedErr := ledger.ParseSigned("-" + text)
		if err != nil {
			return
		}
		require.Equal(t, text, exact(d))
		require.True(t, d.IsPositive())
		require.LessOrEqual(t, len(strings.Replace(text, ".", "", 1)), ledger.MaxDigits)
		reference, err := decimal.NewFromString(text)
		require.NoError(t, err)
		require.True(t, reference.Equal(d))
		require.NoError(t, signedErr)
		require.True(t, signed.Neg().Equal(d))
	})
}
