package books

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"

	"github.com/florinledger/florin/ledger/query"
)

func TestSumsHaveTheDecimalsOfTheirAsset(t *testing.T) {
	t.Parallel()
	sum := decimal.RequireFromString
	for name, tt := range map[string]struct {
		address         string
		debits, credits string
		want            [3]string // debits, credits, balance
	}{
		"credited":                  {"liabilities:a", "0", "10.50", [3]string{"0.00", "10.50", "10.50"}},
		"debited":                   {"liabilities:a", "10.50", "0", [3]string{"10.50", "0.00", "-10.50"}},
		"zero":                      {"equity:a", "10.50", "10.50", [3]string{"10.50", "10.50", "0.00"}},
		"an account of assets":      {"assets:a", "1.000", "3.000", [3]string{"1.000", "3.000", "-2.000"}},
		"the root of expenses":      {"expenses", "5", "0", [3]string{"5", "0", "5"}},
		"the root of liabilities":   {"liabilities", "5", "0", [3]string{"5", "0", "-5"}},
		"assets is not assetsmore":  {"liabilities:assets", "5", "0", [3]string{"5", "0", "-5"}},
		"sixty digits, no exponent": {"equity:a", "0", "1320000000000000000000000000000000000000.000000000001", [3]string{"0.000000000000", "1320000000000000000000000000000000000000.000000000001", "1320000000000000000000000000000000000000.000000000001"}},
	} {
		b := balanceOf(query.Balance{Address: tt.address, Debits: sum(tt.debits), Credits: sum(tt.credits)})
		assert.Equal(t, tt.want, [3]string{b.Debits, b.Credits, b.Balance}, name)
	}
}
