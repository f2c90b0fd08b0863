package journal_test

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger/journal"
)

func TestAmountsKeepTheirDecimals(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"0", "0.00", "1", "10.50", "0.05", "-0.05", "-10.50", "100", "999999999999999999", "-999999999999999999",
		"9999999999999999999", "0.000000000000000001", "1.000000000000000001", "0.0000000000000000001",
		"1320000000000000000000000000000000000000.000000000001", "-" + strings.Repeat("9", 60),
	} {
		require.Equal(t, text, journal.FormatAmount(decimal.RequireFromString(text)))
	}
	require.Equal(t, "1000", journal.FormatAmount(decimal.New(1, 3)))
}

func TestAmountsReadBackAsTheyWere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := decimal.New(rapid.Int64().Draw(t, "coefficient"), -rapid.Int32Range(0, 25).Draw(t, "decimals"))
		text := journal.FormatAmount(d)
		require.Equal(t, d.StringFixed(-d.Exponent()), text)
		back, err := journal.ParsePostings(journal.AppendPostings(nil, []journal.Posting{{Account: "a", Side: journal.Debit, Amount: d, Asset: "X", Balance: d.Neg()}}))
		require.NoError(t, err)
		require.True(t, back[0].Amount.Equal(d) && back[0].Balance.Equal(d.Neg()))
		require.Equal(t, d.Exponent(), back[0].Amount.Exponent())
	})
}

func TestPostingsReadBackAsTheyWere(t *testing.T) {
	t.Parallel()
	want := []journal.Posting{
		{Account: "equity:opening", Side: journal.Debit, Amount: decimal.RequireFromString("10.50"), Asset: "USD", Balance: decimal.RequireFromString("-10.50")},
		{Account: "liabilities:a", Side: journal.Credit, Amount: decimal.RequireFromString("10.50"), Asset: "USD", Balance: decimal.RequireFromString("0.00")},
	}
	text := journal.AppendPostings(nil, want)
	require.Equal(t, `[["equity:opening","d","10.50","USD","-10.50"],["liabilities:a","c","10.50","USD","0.00"]]`, string(text))
	got, err := journal.ParsePostings(text)
	require.NoError(t, err)
	require.Equal(t, want, got)
	for _, bad := range []string{`[["a","x","1","USD","1"]]`, `[["a","d","1e9x","USD","1"]]`, `[["a","d","1","USD",""]]`, `[["a","d","1e9","USD","1"]]`, `[["a"]`, `{}`, `[[]]`, `[["a","d","1","USD","1","2"]]`, `[["a","d","1","USD","1"],]`, `[["a\\u0041","d","1","USD","1"]]`, ` [["a","d","1","USD","1"]]`} {
		_, err := journal.ParsePostings([]byte(bad))
		require.Error(t, err, bad)
	}
}

func BenchmarkParsePostings(b *testing.B) {
	text := []byte(`[["equity:opening","d","10.50","USD","-10.50"],["liabilities:a","c","10.50","USD","0.00"]]`)
	for b.Loop() {
		if _, err := journal.ParsePostings(text); err != nil {
			b.Fatal(err)
		}
	}
}
